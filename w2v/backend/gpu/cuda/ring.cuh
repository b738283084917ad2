// The rows of W_in that the windows at hand need: they come when a word first can be a
// context and go, as value - original, when it no longer can; on the way they are refreshed.
//
// A word that stands in the ring twice has one row, so that a window sees what the one
// before it has changed: with a single warp nothing depends on the ring.
#pragma once
#include "shape.cuh"

DEVICE void clear_ring(Memory& m) {
  for (int s = lane(); s < RING; s += LANES) m.small.slot_word[s] = -1;
  sync_warp();
}

// Add what a chunk of a row has changed by.
DEVICE void write_back(Memory& m, float* W_in, int slot, int j) {
  const float share = m.small.share[queued(m.small.slot_last[slot])];
  Vec change = load_row(m.value.at + slot * DIM, j), part = {};
  add_scaled(change, -1, load_row(m.original.at + slot * DIM, j));
  add_scaled(part, share, change);
  add_to_weights(W_in, m.small.slot_word[slot], j, part);
}

// Write a row back and free its slot.
DEVICE void release(Memory& m, float* W_in, int slot) {
#pragma unroll
  for (int j = 0; j < CHUNKS; j++) write_back(m, W_in, slot, j);
  sync_warp();
  if (lane() == 0) m.small.slot_word[slot] = -1;
  sync_warp();
}

// Give word number i a row; the word that leaves the window then lets go of its own.
DEVICE void enter(Memory& m, float* W_in, int i) {
  const int leaving = i - RING;
  if (leaving >= 0) {
    const int slot = m.small.slot[queued(leaving)];
    if (m.small.slot_last[slot] == leaving) release(m, W_in, slot);
  }
  const int word = m.small.word[queued(i)];
  int known = -1, free = -1;
  for (int first = 0; first < RING; first += LANES) {
    const int s = first + lane();
    const int other = s < RING ? m.small.slot_word[s] : -2;
    const u32 same = vote(other == word), empty = vote(other == -1);
    if (same) known = first + lowest_bit(same);
    if (empty && free < 0) free = first + lowest_bit(empty);
  }
  const int slot = known >= 0 ? known : free;
  if (known < 0) {
#pragma unroll
    for (int j = 0; j < CHUNKS; j++) {
      const Vec x = read_weights(W_in, word, j);
      store_row(m.value.at + slot * DIM, j, x);
      store_row(m.original.at + slot * DIM, j, x);
    }
  }
  if (lane() == 0) {
    m.small.back[queued(i)] = known >= 0 ? i - m.small.slot_last[slot] : 0;
    m.small.slot_word[slot] = word;
    m.small.slot_last[slot] = i;
    m.small.slot[queued(i)] = slot;
  }
  sync_warp();
}

// After window i, add what some rows have changed by and take over what other warps have. A
// row that stays as long as its word would miss all they do to it.
DEVICE void refresh(Memory& m, float* W_in, int i, int entered) {
  for (int d = WINDOW - REFRESH; d > 1 - WINDOW; d -= REFRESH) {
    if (i + d < 0 || i + d >= entered) continue;
    const int slot = m.small.slot[queued(i + d)];
    const int word = m.small.slot_word[slot];
#pragma unroll
    for (int j = 0; j < CHUNKS; j++) {
      write_back(m, W_in, slot, j);
      const Vec x = read_weights(W_in, word, j);
      store_row(m.value.at + slot * DIM, j, x);
      store_row(m.original.at + slot * DIM, j, x);
    }
  }
}

DEVICE void empty_ring(Memory& m, float* W_in) {
  for (int s = 0; s < RING; s++)
    if (m.small.slot_word[s] >= 0) release(m, W_in, s);
}
