#pragma once

namespace cornu {

/// How values between samples of a picture are made. Layers know nearest and bilinear; reading pictures
/// knows all (Pillow's filters).
enum class Interpolation { nearest, bilinear, bicubic, box, hamming, lanczos };

}  // namespace cornu
