// What w2v/backend/gpu/cuda/warp.cuh asks of a GPU, done by a processor, so that the kernels' own
// source can be run and checked without one.
//
// With HOST_LANES 1 a warp has a single lane and its collectives do nothing.  With 32 the
// lanes are coroutines: each runs up to the next collective, leaves its value and makes room
// for the next lane; lanes that come to different collectives end the program.  Lanes take
// turns upwards, or with HOST_DOWNWARDS 1 downwards: what is read before it is surely there
// goes wrong in one of the two.
//
// With one lane a kernel can be run by many warps at once: see warps.h.
#pragma once

#include "standard.h"
#include "warps.h"

#define DEVICE inline
#define KERNEL extern "C" __attribute__((visibility("default")))

constexpr int LANES = HOST_LANES;
#ifndef HOST_DOWNWARDS
#define HOST_DOWNWARDS 0
#endif

class Crew {
 public:
  static Crew& instance() {
    static Crew crew;
    return crew;
  }

  int lane() const { return lane_; }

  // Run body once a lane, in step.
  void run(std::function<void()> body) {
    body_ = std::move(body);
    for (int l = 0; l < LANES; l++) {
      posts_[l] = 0;
      done_[l] = false;
      if (!stack_[l]) stack_[l].reset(new char[kStack]);
      getcontext(&lanes_[l]);
      lanes_[l].uc_stack.ss_sp = stack_[l].get();
      lanes_[l].uc_stack.ss_size = kStack;
      lanes_[l].uc_link = nullptr;
      makecontext(&lanes_[l], &Crew::enter, 0);
    }
    lane_ = HOST_DOWNWARDS ? LANES - 1 : 0;
    swapcontext(&main_, &lanes_[lane_]);
  }

  // Leave a value, wait for all lanes to leave theirs, and see them.
  const u64* exchange(const char* kind, u64 value) {
    const int me = lane_, round = posts_[me]++ % 2;
    posted_[round][me] = value;
    kind_[round][me] = kind;
    pass_on();
    for (int l = 0; l < LANES; l++)
      if (kind_[round][l] != kind || posts_[l] < posts_[me]) {
        std::fprintf(stderr, "lane %d is at %s, lane %d is not\n", me, kind, l);
        std::abort();
      }
    return posted_[round];
  }

 private:
  static constexpr int kStack = 1 << 17;

  static void enter() {
    Crew& crew = instance();
    crew.body_();
    crew.done_[crew.lane_] = true;
    crew.pass_on();
  }

  void pass_on() {
    const int me = lane_;
    for (int step = 1; step <= LANES; step++) {
      const int next = (HOST_DOWNWARDS ? me + LANES - step : me + step) % LANES;
      if (done_[next]) continue;
      lane_ = next;
      if (next != me) swapcontext(&lanes_[me], &lanes_[next]);
      return;
    }
    setcontext(&main_);
  }

  std::function<void()> body_;
  ucontext_t main_, lanes_[LANES];
  std::unique_ptr<char[]> stack_[LANES];
  bool done_[LANES];
  int lane_ = 0;
  u64 posts_[LANES];
  u64 posted_[2][LANES];
  const char* kind_[2][LANES];
};

template <class Body>
void run_warp(Body body) {
  if (LANES == 1)
    body();
  else
    Crew::instance().run(body);
}

template <class T>
const T* exchange(const char* kind, T value, T* all) {
  if (LANES == 1) {
    all[0] = value;
    return all;
  }
  u64 bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  const u64* posted = Crew::instance().exchange(kind, bits);
  for (int l = 0; l < LANES; l++) std::memcpy(&all[l], &posted[l], sizeof(T));
  return all;
}

inline int lane() { return LANES == 1 ? 0 : Crew::instance().lane(); }
inline i64 first_warp() { return Warps::instance().current(); }
inline i64 all_warps() { return Warps::instance().number(); }
inline i64 first_thread() { return first_warp() * LANES + lane(); }
inline i64 all_threads() { return all_warps() * LANES; }

// A warp's own. Filled with NaN, so that nothing relies on zeros.
template <class T>
T& shared() {
  return *reinterpret_cast<T*>(Warps::instance().memory(sizeof(T)));
}

inline void meanwhile() { Warps::instance().pass_on(); }

inline void sync_warp() {
  if (LANES > 1) Crew::instance().exchange("sync_warp", 0);
}
inline u32 vote(bool yes) {
  bool all[LANES];
  exchange("vote", yes, all);
  u32 mask = 0;
  for (int l = 0; l < LANES; l++) mask |= u32(all[l]) << l;
  return mask;
}
inline u32 match(int value) {
  int all[LANES];
  exchange("match", value, all);
  u32 mask = 0;
  for (int l = 0; l < LANES; l++) mask |= u32(all[l] == value) << l;
  return mask;
}
template <class T>
T shuffle(T value, int from) {
  T all[LANES];
  return exchange("shuffle", value, all)[from];
}
template <class T>
T shuffle_xor(T value, int mask) {
  T all[LANES];
  exchange("shuffle_xor", value, all);
  return all[lane() ^ mask];
}

inline int count_bits(u32 mask) { return __builtin_popcount(mask); }
inline int lowest_bit(u32 mask) { return mask ? __builtin_ctz(mask) : -1; }
inline int highest_bit(u32 mask) { return 31 - __builtin_clz(mask); }
inline float fast_exp(float x) { return std::exp(x); }
inline float fast_divide(float x, float y) { return x / y; }
using std::exp;
using std::log1p;
using std::sqrt;

inline int add_and_fetch_old(int* p, int x) {
  const int old = *p;
  *p += x;
  return old;
}
inline int swap_if(int* p, int expected, int x) {
  const int old = *p;
  if (old == expected) *p = x;
  return old;
}
inline void lower_to(int* p, int x) { *p = x < *p ? x : *p; }
inline void raise_to(int* p, int x) { *p = x > *p ? x : *p; }
inline void set_bits(u32* p, u32 bits) { *p |= bits; }
template <class T>
void add_to(T* p, T x) {
  *p += x;
}

inline void prefetch(const void*) {}

template <int N>
Pack<N> load_weights(const Pack<N>* p) {
  return *p;
}
template <int N>
void add_weights(Pack<N>* p, const Pack<N>& x) {
  for (int e = 0; e < N; e++) p->at[e] += x.at[e];
}
