#pragma once

namespace cornu {

/// How values between samples of a picture are made. Layers know nearest and bilinear; reading pictures
/// knows all, as Pillow does: there all but nearest average when shrinking.
enum class Interpolation { nearest, bilinear, bicubic, box, hamming, lanczos };

}  // namespace cornu
