// What a training kernel is compiled for, and what follows from it.
//
// Given with -D: DIM, WINDOW, NEGATIVE, LONGEST (inner nodes of a path at most, 0 without a
// tree), PART, REFRESH (windows from one refresh of a context's row to the next), and as 0 or 1
// SKIP_GRAM, EXACT, SHRINK, MEAN,
// SHARE, LOCK (each input vector has a factor for its changes). WIDEST is what widths are drawn up to; WINDOW may be less, as no sentence is longer.
// PLACEMENT says what a warp keeps in shared memory: 0 all it has; 1 all but the rows'
// originals, touched when a row comes and goes; 2 only what is small; 3 nothing. The rest lies
// in a workspace in global memory, which the caches then hold.
#pragma once
#include "warp.cuh"

DEVICE constexpr int larger(int a, int b) { return a > b ? a : b; }
DEVICE constexpr int smaller(int a, int b) { return a < b ? a : b; }
DEVICE constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }
DEVICE constexpr int power_of_two(int n) {
  int p = 1;
  while (p < n) p *= 2;
  return p;
}

// Floats a lane handles at once. Below sm_90 there are only scalar atomics, and those of a
// warp should fall side by side.
#ifndef VECTOR
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
#define VECTOR 1
#else
#define VECTOR 4
#endif
#endif
DEVICE constexpr int dividing(int most) {
  return DIM % 4 == 0 ? most : DIM % 2 == 0 ? smaller(most, 2) : 1;
}
constexpr int VEC = dividing(VECTOR);
typedef Pack<VEC> Vec;
constexpr int CHUNKS = ceil_div(DIM, VEC * LANES);
// What moves among a warp's own rows alone is handled four at a time on any card.
constexpr int WIDE = larger(VEC, dividing(4));

// Outputs, the target and negatives first, go in tiles: a tile's logits with GROUP inputs are
// summed together, and a tile's changes of one chunk of columns stay in registers.
#ifndef MAX_TILE
#define MAX_TILE 12
#endif
#ifndef MAX_TREE_TILE
#define MAX_TREE_TILE 8
#endif
#ifndef MAX_GROUP
#define MAX_GROUP 4
#endif
#ifndef MAX_HELD
#define MAX_HELD 72
#endif
constexpr bool TREE = LONGEST > 0;
constexpr int SAMPLED = NEGATIVE ? NEGATIVE + 1 : 0;  // the target and its negatives
constexpr int OUTPUTS = SAMPLED + LONGEST;            // at most
// A window has as few tiles as its path needs: smaller ones then fit better.
constexpr int TILES = ceil_div(OUTPUTS, TREE ? MAX_TREE_TILE : MAX_TILE);
constexpr int TILE = ceil_div(OUTPUTS, TILES);
constexpr int PADDED_TILE = ceil_div(TILE, 4) * 4;
constexpr int WEIGHTS = TILES * PADDED_TILE;  // of one input
constexpr int CONTEXTS = 2 * WINDOW;
constexpr int LISTED = SKIP_GRAM ? smaller(CONTEXTS, PART) : CONTEXTS;  // contexts at once
constexpr int INPUTS = SKIP_GRAM ? LISTED : 1;
constexpr int GROUP = smaller(smaller(MAX_GROUP, 32 / TILE), INPUTS);
constexpr int SUMS = power_of_two(GROUP * TILE);

// A tile's output rows are held in registers if they are few enough, else read twice.
constexpr bool HOLD = TILE * CHUNKS * VEC <= MAX_HELD;
constexpr bool HOLD_WINDOW = HOLD && TILES == 1;

constexpr int RING = 2 * WINDOW + 1;            // rows that the windows at hand may need
constexpr int HIDDEN = RING;                    // CBOW's input has a row of its own
constexpr int ROWS = RING + (SKIP_GRAM ? 0 : 1);
#if 2 * WINDOW + 1 < 256
typedef u8 Place;  // of a row in the ring
#else
typedef unsigned short Place;
#endif
constexpr int QUEUE = power_of_two(2 * WINDOW + 3 + LANES);  // words thinned out, at hand

// What a warp keeps, besides a few numbers in registers. Words are numbered from 0 as they
// are kept.
struct alignas(16) Small {
  int word[QUEUE];
  u32 token[QUEUE];     // place among the run's tokens
  int sentence[QUEUE];  // number of the first word of its sentence
  float rate[QUEUE];
  float share[QUEUE];   // of its changes as a context that is written back, see calm()
  Place width[QUEUE];
  Place slot[QUEUE];    // the row it has in the ring
  Place back[QUEUE];    // how many words ago the same word came, while that is in the ring
  Place input[LISTED];  // slots of a window's contexts, each once,
  float times[LISTED];  // and how often they stand in it
  float factor[LOCK ? LISTED : 1];  // what their changes are multiplied by
  int slot_word[RING];  // -1 for a free one
  int slot_last[RING];  // number of the last word that uses it
  int outputs[2][OUTPUTS];  // rows of W_out, of this window and the next
  float part[2][OUTPUTS];   // and which share of their changes is written
  int length[TREE ? 2 : 1];  // how many there are, and with a tree their labels
  u8 label[TREE ? 2 : 1][TREE ? OUTPUTS : 1];
  int sorted[EXACT && NEGATIVE ? SAMPLED : 1];
};

// Place in the queue of word number i.
DEVICE int queued(int i) { return i & (QUEUE - 1); }

// What of a change to a word's row is written, see crowd.py: steps that many warps take from the
// same values go further than as many after one another, of which each finds less left to do.
DEVICE float calm(const float* crowd, int word, float rate) {
  return crowd ? fast_divide(1, 1 + rate * crowd[word]) : 1;
}

// A window's outputs.
struct Outputs {
  const int* row;
  const float* part;
  const u8* label;  // with a tree
  int length;
};
DEVICE Outputs outputs_of(const Small& s, int i) {
  return {s.outputs[i % 2], s.part[i % 2], s.label[TREE ? i % 2 : 0], TREE ? s.length[i % 2] : OUTPUTS};
}
// Known when this is compiled, unless there is a tree.
DEVICE int length_of(const Outputs& outputs) { return TREE ? outputs.length : OUTPUTS; }
DEVICE int tiles_of(const Outputs& outputs) {
  return TREE ? ceil_div(outputs.length, TILE) : TILES;
}
DEVICE bool is_right(const Outputs& outputs, int j) {
  return TREE ? outputs.label[j] : j == 0;
}

struct alignas(16) Rows {
  float at[(ROWS * DIM + 3) / 4 * 4];
};

struct alignas(16) Weights {
  float g[INPUTS * WEIGHTS];  // (label - sigmoid) * rate
  // With several tiles: what a chunk of the inputs' columns has changed by so far.
  float change[TILES > 1 ? INPUTS * LANES * VEC : 4];
};

struct Shared {
#if PLACEMENT < 3
  Small small;
#endif
#if PLACEMENT < 2
  Weights weights;
  Rows value;
#endif
#if PLACEMENT < 1
  Rows original;
#endif
};

struct Workspace {
#if PLACEMENT >= 1
  Rows original;
#endif
#if PLACEMENT >= 2
  Weights weights;
  Rows value;
#endif
#if PLACEMENT >= 3
  Small small;
#endif
};

// The four parts, wherever they are.
struct Memory {
  Small& small;
  Weights& weights;
  Rows& value;
  Rows& original;
};

DEVICE Memory memory_of(Shared& here, Workspace* there) {
#if PLACEMENT == 0
  return {here.small, here.weights, here.value, here.original};
#elif PLACEMENT == 1
  return {here.small, here.weights, here.value, there->original};
#elif PLACEMENT == 2
  return {here.small, there->weights, there->value, there->original};
#else
  return {there->small, there->weights, there->value, there->original};
#endif
}

// First of this lane's columns in a chunk of so many a lane; beyond DIM it has none.
template <int N = VEC>
DEVICE int column(int chunk) { return (chunk * LANES + lane()) * N; }

DEVICE Vec load(const float* p) { return *reinterpret_cast<const Vec*>(p); }
DEVICE void store(float* p, const Vec& x) { *reinterpret_cast<Vec*>(p) = x; }

// Nothing where this lane has no columns.
template <int N = VEC>
DEVICE Pack<N> load_row(const float* row, int chunk) {
  if (column<N>(chunk) >= DIM) return {};
  return *reinterpret_cast<const Pack<N>*>(row + column<N>(chunk));
}
template <int N>
DEVICE void store_row(float* row, int chunk, const Pack<N>& x) {
  if (column<N>(chunk) < DIM) *reinterpret_cast<Pack<N>*>(row + column<N>(chunk)) = x;
}
DEVICE Vec read_weights(const float* W, int word, int chunk) {
  if (column(chunk) >= DIM) return Vec{};
  return load_weights(reinterpret_cast<const Vec*>(W + i64(word) * DIM + column(chunk)));
}
DEVICE void add_to_weights(float* W, int word, int chunk, const Vec& x) {
  if (column(chunk) < DIM)
    add_weights(reinterpret_cast<Vec*>(W + i64(word) * DIM + column(chunk)), x);
}

// y += factor * x
template <int N>
DEVICE void add_scaled(Pack<N>& y, float factor, const Pack<N>& x) {
#pragma unroll
  for (int e = 0; e < N; e++) y.at[e] += factor * x.at[e];
}
