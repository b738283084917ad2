// Many sums over a warp's lanes at once.
#pragma once
#include "warp.cuh"

// Give every lane the totals of its own among N sums, N a power of two: afterwards sum[m] is
// the total of sum number own_sum<N>(m), for m below own_sums<N>().
//
// Each step swaps one half of what a lane holds for a partner's other half, so N sums cost
// about N shuffles, where one reduction after another would cost 5 N.
template <int N, int STRIDE = (N < LANES ? N : LANES) / 2>
DEVICE void share_out(float* sum) {
  if constexpr (STRIDE > 0) {
    const bool upper = lane() & STRIDE;
    constexpr int HALF = N / 2;
#pragma unroll
    for (int i = 0; i < HALF; i++) {
      const float send = upper ? sum[i] : sum[i + HALF];
      const float hold = upper ? sum[i + HALF] : sum[i];
      sum[i] = hold + shuffle_xor(send, STRIDE);
    }
    share_out<HALF, STRIDE / 2>(sum);
  }
}

template <int N>
DEVICE void sum_over_lanes(float* sum) {
  share_out<N>(sum);
#pragma unroll
  for (int stride = N; stride < LANES; stride *= 2) sum[0] += shuffle_xor(sum[0], stride);
}

template <int N>
DEVICE constexpr int own_sums() { return N > LANES ? N / LANES : 1; }

template <int N>
DEVICE int own_sum(int m) { return (lane() % N) * own_sums<N>() + m; }

DEVICE double sum_over_lanes(double x) {
#pragma unroll
  for (int stride = LANES / 2; stride > 0; stride /= 2) x += shuffle_xor(x, stride);
  return x;
}
