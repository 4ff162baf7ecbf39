#pragma once
#include "cornu/kernels/gemm.hpp"

namespace cornu::kernels::reference {

/// The slow twin of kernels::gemm: the definition, three loops.
template <class T>
void gemm(Trans ta, Trans tb, Index m, Index n, Index k, const T* a, Index lda, const T* b, Index ldb, T* c,
          Index ldc, bool accumulate, const Epilogue<T>& epilogue) {
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      T sum = 0;
      for (Index l = 0; l < k; ++l) {
        const T left = ta == Trans::no ? a[i * lda + l] : a[l * lda + i];
        const T right = tb == Trans::no ? b[l * ldb + j] : b[j * ldb + l];
        sum += left * right;
      }
      if (accumulate) sum += c[i * ldc + j];
      if (epilogue.bias) sum += epilogue.bias[j];
      c[i * ldc + j] = epilogue.relu && sum < T(0) ? T(0) : sum;
    }
}

}  // namespace cornu::kernels::reference
