// The few words of CUDA that the kernels use. Compiled for anything but a GPU, the same
// words come from host_warp.h (beside the tests): a warp of one lane, or of 32 run in turn.
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

// N floats that are loaded, stored and added as one.
template <int N>
struct alignas(N & (N - 1) ? 4 : 4 * N) Pack {
  float at[N];
};

#ifdef __CUDACC__

#define DEVICE __device__ __forceinline__
#define KERNEL extern "C" __global__

constexpr int LANES = 32;
constexpr u32 ALL = 0xffffffffu;

DEVICE int lane() { return threadIdx.x % LANES; }
DEVICE i64 first_warp() { return (i64(blockIdx.x) * blockDim.x + threadIdx.x) / LANES; }
DEVICE i64 all_warps() { return i64(gridDim.x) * blockDim.x / LANES; }
DEVICE i64 first_thread() { return i64(blockIdx.x) * blockDim.x + threadIdx.x; }
DEVICE i64 all_threads() { return i64(gridDim.x) * blockDim.x; }

// A warp's own T in shared memory.
template <class T>
DEVICE T& shared() {
  extern __shared__ float4 pool[];
  return reinterpret_cast<T*>(pool)[threadIdx.x / LANES];
}

DEVICE void sync_warp() { __syncwarp(); }
// Where a processor that plays many warps lets the others go on; a device's do at all times.
DEVICE void meanwhile() {}
DEVICE u32 vote(bool yes) { return __ballot_sync(ALL, yes); }
DEVICE u32 match(int value) { return __match_any_sync(ALL, value); }
template <class T>
DEVICE T shuffle(T value, int from) { return __shfl_sync(ALL, value, from); }
template <class T>
DEVICE T shuffle_xor(T value, int mask) { return __shfl_xor_sync(ALL, value, mask); }

DEVICE int count_bits(u32 mask) { return __popc(mask); }
DEVICE int lowest_bit(u32 mask) { return __ffs(mask) - 1; }
DEVICE int highest_bit(u32 mask) { return 31 - __clz(mask); }
DEVICE float fast_exp(float x) { return __expf(x); }
DEVICE float fast_divide(float x, float y) { return __fdividef(x, y); }

DEVICE int add_and_fetch_old(int* p, int x) { return atomicAdd(p, x); }
DEVICE int swap_if(int* p, int expected, int x) { return atomicCAS(p, expected, x); }
DEVICE void lower_to(int* p, int x) { atomicMin(p, x); }
DEVICE void raise_to(int* p, int x) { atomicMax(p, x); }
DEVICE void set_bits(u32* p, u32 bits) { atomicOr(p, bits); }
template <class T>
DEVICE void add_to(T* p, T x) { atomicAdd(p, x); }

DEVICE void prefetch(const void* p) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(__cvta_generic_to_global(p)));
}

// Weights are read past L1, which does not see what other multiprocessors have added.
DEVICE Pack<1> load_weights(const Pack<1>* p) { return {__ldcg(&p->at[0])}; }
DEVICE Pack<2> load_weights(const Pack<2>* p) {
  const float2 x = __ldcg(reinterpret_cast<const float2*>(p));
  return {x.x, x.y};
}
DEVICE Pack<4> load_weights(const Pack<4>* p) {
  const float4 x = __ldcg(reinterpret_cast<const float4*>(p));
  return {x.x, x.y, x.z, x.w};
}

DEVICE void add_weights(Pack<1>* p, const Pack<1>& x) { atomicAdd(&p->at[0], x.at[0]); }
#if __CUDA_ARCH__ >= 900
DEVICE void add_weights(Pack<2>* p, const Pack<2>& x) {
  asm volatile("red.global.add.v2.f32 [%0], {%1, %2};" ::"l"(__cvta_generic_to_global(p)),
               "f"(x.at[0]), "f"(x.at[1])
               : "memory");
}
DEVICE void add_weights(Pack<4>* p, const Pack<4>& x) {
  asm volatile(
      "red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(p)),
      "f"(x.at[0]), "f"(x.at[1]), "f"(x.at[2]), "f"(x.at[3])
      : "memory");
}
#else
template <int N>
DEVICE void add_weights(Pack<N>* p, const Pack<N>& x) {
#pragma unroll
  for (int e = 0; e < N; e++) atomicAdd(&p->at[e], x.at[e]);
}
#endif

#else
#include "host_warp.h"
#endif

// Lanes before this one, as a mask.
DEVICE u32 lanes_below() { return (1u << lane()) - 1; }

DEVICE int at_most(int x, int limit) { return x < limit ? x : limit; }
DEVICE int at_least(int x, int limit) { return x > limit ? x : limit; }
