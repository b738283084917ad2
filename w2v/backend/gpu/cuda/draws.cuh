// Random draws: the same bits as backend/random.py and backend/reference/sampling.py give.
#pragma once
#include "warp.cuh"

constexpr u64 LOW_32 = 0xffffffffull;

// SplitMix64's finaliser.
DEVICE u64 mix64(u64 x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

DEVICE u64 random_bits(u64 key, u64 counter) {
  return mix64(key + (counter + 1) * 0x9e3779b97f4a7c15ull);
}

// A NoiseTable: low halves of the table's entries are thresholds, high halves the aliases.
struct Noise {
  const u64* table;
  const i64* cumulative;
  u32 size;
};

DEVICE int draw(const Noise& noise, u64 bits) {
  const u64 column = ((bits >> 32) * noise.size) >> 32;
  const u64 entry = noise.table[column];
  return (bits & LOW_32) < (entry & LOW_32) ? int(column) : int(entry >> 32);
}

// Words from found to k - 1, by bisection of the cumulative weights with the target and the
// words before cut out. One lane's work; sorted has room for k + 1 words.
DEVICE void draw_the_rest(const Noise& noise, u64 key, int target, int k, int found, int attempts,
                          int* words, int* sorted) {
  i64 rest = noise.cumulative[noise.size];
  int taken = 0;
  for (int i = -1; i < k; i++) {
    int word = i < 0 ? target : words[i];
    if (i >= found) {
      const u64 bits = random_bits(key, attempts + i);
      i64 x = i64(double(bits >> 11) * 0x1p-53 * double(rest));
      x = x < rest - 1 ? x : rest - 1;
      for (int j = 0; j < taken && x >= noise.cumulative[sorted[j]]; j++)
        x += noise.cumulative[sorted[j] + 1] - noise.cumulative[sorted[j]];
      u32 low = 0, high = noise.size;  // the word is the last that begins at x or before
      while (low + 1 < high) {
        const u32 middle = (low + high) / 2;
        (noise.cumulative[middle] <= x ? low : high) = middle;
      }
      words[i] = word = int(low);
    }
    int j = taken++;
    for (; j > 0 && sorted[j - 1] > word; j--) sorted[j] = sorted[j - 1];
    sorted[j] = word;
    rest -= noise.cumulative[word + 1] - noise.cumulative[word];
  }
}

// k distinct words other than the target, by a warp. A draw counts if it is the first of its
// word, as when one is drawn after another; sorted is there for the rare case that is not.
DEVICE void draw_exact(const Noise& noise, u64 key, int target, int k, int* words, int* sorted) {
  const int attempts = 4 * k + 32;
  int found = 0;
  for (int attempt = 0; attempt < attempts && found < k;) {
    const int batch = at_most(at_most(k - found + 2, LANES), attempts - attempt);
    const bool draws = lane() < batch;
    const int word = draws ? draw(noise, random_bits(key, attempt + lane())) : -1;
    bool fresh = draws && word != target;
    for (int j = 0; j < found; j++) fresh &= word != words[j];
    fresh &= lowest_bit(match(word)) == lane();
    const u32 mask = vote(fresh);
    const int place = found + count_bits(mask & lanes_below());
    if (fresh && place < k) words[place] = word;
    found = at_most(found + count_bits(mask), k);
    attempt += batch;
    sync_warp();
  }
  if (found < k && lane() == 0)
    draw_the_rest(noise, key, target, k, found, attempts, words, sorted);
  sync_warp();
}

// k words with replacement, by a warp.
DEVICE void draw_fast(const Noise& noise, u64 key, u64 counter, int k, int* words) {
  for (int j = lane(); j < k; j += LANES) words[j] = draw(noise, random_bits(key, counter + j));
  sync_warp();
}
