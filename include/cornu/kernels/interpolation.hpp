#pragma once

namespace cornu {

/// How values between samples of a picture are made. UpSampling2D knows nearest and bilinear, Resizing
/// bicubic, lanczos3 and lanczos5 too; reading pictures knows all, as Pillow does: there all but nearest
/// average when shrinking. lanczos is Pillow's word for lanczos3.
enum class Interpolation { nearest, bilinear, bicubic, box, hamming, lanczos, lanczos3, lanczos5 };

}  // namespace cornu
