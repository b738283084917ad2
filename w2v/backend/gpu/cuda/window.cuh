// One window: its contexts, their products with the outputs, and the step.
#pragma once
#include "ring.cuh"

struct Loss {
  double total;
  i64 predictions;
};

// Output rows in registers, read ahead of their use.
struct Held {
  Vec row[HOLD ? TILE : 1][HOLD ? CHUNKS : 1];
};

// Row t of a tile; places beyond the last output get a row that is there, and no weight.
DEVICE Vec output_row(const float* W_out, const Outputs& outputs, int tile, int t, int chunk) {
  return read_weights(W_out, outputs.row[at_most(tile * TILE + t, length_of(outputs) - 1)], chunk);
}

DEVICE void hold_tile(Held& held, const float* W_out, const Outputs& outputs, int tile) {
  if constexpr (HOLD) {
#pragma unroll
    for (int t = 0; t < TILE; t++)
#pragma unroll
      for (int j = 0; j < CHUNKS; j++)
        held.row[t][j] = output_row(W_out, outputs, tile, t, j);
  }
}

// Count the contexts of word i; low is the first word that they reach.
DEVICE int count_contexts(Memory& m, int i, int filled, int& low) {
  Small& s = m.small;
  const int width = s.width[queued(i)], sentence = s.sentence[queued(i)];
  low = at_least(i - width, sentence);
  int ahead = 0;
  for (int d = lane(); d - lane() < width; d += LANES)
    ahead += count_bits(vote(d < width && i + 1 + d < filled &&
                               s.sentence[queued(i + 1 + d)] == sentence));
  return i - low + ahead;
}

// Whether word i stands among or right behind the contexts that begin with word low.
DEVICE bool holds_centre(int i, int low, int count) { return low <= i && i <= low + count; }

// List the count contexts of word i from word low on, each row once; return how many rows.
DEVICE int list_contexts(Memory& m, const float* lockf, int i, int low, int count) {
  Small& s = m.small;
  const bool holds = holds_centre(i, low, count);
  int rows = 0;
  for (int t = lane(); t - lane() < count; t += LANES) {
    const int c = low + t + (holds && low + t >= i);
    // The same word earlier among them, the centre left out.
    int earlier = -1;
    if (t < count && s.back[queued(c)]) earlier = c - s.back[queued(c)];
    if (earlier == i) earlier = s.back[queued(i)] ? i - s.back[queued(i)] : -1;
    const bool first = t < count && earlier < low;
    const u32 firsts = vote(first);
    if (first) {
      const int place = rows + count_bits(firsts & lanes_below());
      s.input[place] = s.slot[queued(c)];
      s.times[place] = 1;
      if (LOCK) s.factor[place] = lockf[s.word[queued(c)]];
    }
    rows += count_bits(firsts);
  }
  sync_warp();
  if (rows < count) {  // some word stands there more than once
    for (int r = lane(); r < rows; r += LANES) {
      int times = 0;
      for (int c = low; c < low + count + holds; c++)
        times += c != i && s.slot[queued(c)] == s.input[r];
      s.times[r] = times;
    }
    sync_warp();
  }
  return rows;
}

// CBOW's hidden row: the contexts' sum, scaled.
DEVICE void gather_hidden(Memory& m, int rows, float scale) {
#pragma unroll 1
  for (int j = 0; j < ceil_div(DIM, WIDE * LANES); j++) {
    Pack<WIDE> h = {}, scaled = {};
    for (int r = 0; r < rows; r++)
      add_scaled(h, m.small.times[r], load_row<WIDE>(m.value.at + m.small.input[r] * DIM, j));
    add_scaled(scaled, scale, h);
    store_row(m.value.at + HIDDEN * DIM, j, scaled);
  }
  if (WIDE > VEC) sync_warp();  // lanes have other columns from here on
}

// What changes of the window's context number r are multiplied by.
DEVICE float factor_of(const Memory& m, int r) { return LOCK ? m.small.factor[r] : 1; }

// The reverse, once the hidden row holds its change.
DEVICE void scatter_hidden(Memory& m, int rows, float scale) {
#pragma unroll 1
  for (int j = 0; j < ceil_div(DIM, WIDE * LANES); j++) {
    const Pack<WIDE> change = load_row<WIDE>(m.value.at + HIDDEN * DIM, j);
    for (int r = 0; r < rows; r++) {
      float* row = m.value.at + m.small.input[r] * DIM;
      Pack<WIDE> x = load_row<WIDE>(row, j);
      add_scaled(x, scale * m.small.times[r] * factor_of(m, r), change);
      store_row(row, j, x);
    }
  }
  sync_warp();
}

// Value of the window's input number c.
DEVICE float* input_row(Memory& m, int c) {
  return m.value.at + (SKIP_GRAM ? m.small.input[c] : HIDDEN) * DIM;
}

// Turn the sums of a group of inputs and a tile of outputs into weights, and add the loss.
DEVICE void score(Memory& m, const Outputs& outputs, const float* sum, int first, int inputs,
                  int tile, float rate, Loss& loss) {
#pragma unroll
  for (int own = 0; own < own_sums<SUMS>(); own++) {
    const int number = own_sum<SUMS>(own);
    const int c = first + number / TILE, t = number % TILE, output = tile * TILE + t;
    if (lane() >= SUMS || number >= GROUP * TILE || c >= inputs) continue;
    const float x = sum[own];
    const float tail = fast_exp(x < 0 ? x : -x), share = fast_divide(1, 1 + tail);
    const float sigmoid = x < 0 ? tail * share : share;
    const bool real = output < length_of(outputs), right = real && is_right(outputs, output);
    const float label = right, times = SKIP_GRAM ? m.small.times[c] : 1;
    const float wrong = right ? -x : x;
    m.weights.g[c * WEIGHTS + tile * PADDED_TILE + t] =
        real ? (label - sigmoid) * rate * times : 0;
    if (real) loss.total += times * ((wrong > 0 ? wrong : 0) + log1pf(tail));
  }
}

// Weights of all inputs and outputs, from the values at the window's start.
DEVICE void score_window(Memory& m, const float* W_out, const Outputs& outputs, Held& held,
                         int inputs, float rate, Loss& loss) {
#pragma unroll 1
  for (int tile = 0; tile < tiles_of(outputs); tile++) {
    if (!HOLD_WINDOW) hold_tile(held, W_out, outputs, tile);
#pragma unroll 1
    for (int first = 0; first < inputs; first += GROUP) {
      float sum[SUMS] = {};
#pragma unroll(HOLD ? CHUNKS : 1)
      for (int j = 0; j < CHUNKS; j++) {
        Vec o[TILE];
#pragma unroll
        for (int t = 0; t < TILE; t++)
          o[t] = HOLD ? held.row[t][j] : output_row(W_out, outputs, tile, t, j);
#pragma unroll
        for (int c = 0; c < GROUP; c++) {
          const Vec x = load_row(input_row(m, at_most(first + c, inputs - 1)), j);
#pragma unroll
          for (int t = 0; t < TILE; t++)
#pragma unroll
            for (int e = 0; e < VEC; e++) sum[c * TILE + t] += x.at[e] * o[t].at[e];
        }
      }
      sum_over_lanes<SUMS>(sum);
      score(m, outputs, sum, first, inputs, tile, rate, loss);
    }
  }
  sync_warp();
}

// With several tiles, a tile must not see what one before it has done to the same row: all
// weights of a word that was drawn twice go to its first place.
DEVICE void merge_outputs(Memory& m, const Outputs& outputs, int inputs) {
  for (int j = 1; j < SAMPLED; j++) {
    int first = -1;
    for (int i = lane(); i - lane() < j && first < 0; i += LANES) {
      const u32 found = vote(i < j && outputs.row[i] == outputs.row[j]);
      if (found) first = i - lane() + lowest_bit(found);
    }
    if (first < 0) continue;
    const int to = first / TILE * PADDED_TILE + first % TILE;
    const int from = j / TILE * PADDED_TILE + j % TILE;
    for (int c = lane(); c < inputs; c += LANES) {
      m.weights.g[c * WEIGHTS + to] += m.weights.g[c * WEIGHTS + from];
      m.weights.g[c * WEIGHTS + from] = 0;
    }
    sync_warp();
  }
}

// Step a chunk of the columns of a tile's outputs, and with the last tile of the inputs.
// CBOW's input is replaced by its change, which its contexts are to get.
DEVICE void step_tile(Memory& m, float* W_out, const Outputs& outputs, const Vec* o, int inputs,
                      int tile, int j) {
  Vec change[TILE] = {};
  Vec next = load_row(input_row(m, 0), j);
#pragma unroll 1
  for (int c = 0; c < inputs; c++) {
    const Vec x = next;
    // Rows differ, so the next one can be on its way before this one is stored.
    next = load_row(input_row(m, at_most(c + 1, inputs - 1)), j);
    float* partial = m.weights.change + (c * LANES + lane()) * VEC;
    Vec dx = {};
    if (TILES > 1 && tile > 0) dx = load(partial);
    const float* g = m.weights.g + c * WEIGHTS + tile * PADDED_TILE;
#pragma unroll
    for (int t = 0; t < TILE; t += 4) {
      const Pack<4> weight = *reinterpret_cast<const Pack<4>*>(g + t);
#pragma unroll
      for (int u = 0; u < 4 && t + u < TILE; u++) {
        add_scaled(dx, weight.at[u], o[t + u]);
        add_scaled(change[t + u], weight.at[u], x);
      }
    }
    if (TILES > 1 && tile < tiles_of(outputs) - 1) {
      store(partial, dx);
    } else {
      if (SKIP_GRAM && LOCK) {
        Vec y = x;
        add_scaled(y, factor_of(m, c), dx);
        dx = y;
      } else if (SKIP_GRAM) {
        add_scaled(dx, 1, x);
      }
      store_row(input_row(m, c), j, dx);
    }
  }
#pragma unroll
  for (int t = 0; t < TILE; t++)
    if (tile * TILE + t < length_of(outputs)) {
      Vec part = {};
      add_scaled(part, outputs.part[tile * TILE + t], change[t]);
      add_to_weights(W_out, outputs.row[tile * TILE + t], j, part);
    }
}

DEVICE void step_window(Memory& m, float* W_out, const Outputs& outputs, const Held& held,
                        int inputs) {
#pragma unroll(HOLD_WINDOW ? CHUNKS : 1)
  for (int j = 0; j < CHUNKS; j++) {
#pragma unroll 1
    for (int tile = 0; tile < tiles_of(outputs); tile++) {
      Vec o[TILE];
#pragma unroll
      for (int t = 0; t < TILE; t++)
        o[t] = HOLD_WINDOW ? held.row[t][j] : output_row(W_out, outputs, tile, t, j);
      step_tile(m, W_out, outputs, o, inputs, tile, j);
    }
  }
  sync_warp();
}

// By what the rate of a window of so many contexts is lowered.
DEVICE float damping(int count) { return count > PART ? sqrt(PART / float(count)) : 1.0f; }

// Skip-gram's window, part after part.
DEVICE void train_parts(Memory& m, float* W_out, const float* lockf, const Outputs& outputs,
                        Held& held, int i, int low, int count, float rate, Loss& loss) {
  int done = 0;
  do {
    const int part = CONTEXTS > PART ? at_most(count - done, PART) : count;
    if (done > 0 && HOLD_WINDOW) hold_tile(held, W_out, outputs, 0);
    const int rows = list_contexts(m, lockf, i, low, part);
    score_window(m, W_out, outputs, held, rows, rate, loss);
    if (TILES > 1 && !EXACT) merge_outputs(m, outputs, rows);
    meanwhile();
    step_window(m, W_out, outputs, held, rows);
    low += part + holds_centre(i, low, part);
    done += part;
  } while (CONTEXTS > PART && done < count);
}

// All of word i's window.
DEVICE void train_window(Memory& m, float* W_out, const float* lockf, Held& held, int i,
                         int filled, Loss& loss) {
  int low;
  const int count = count_contexts(m, i, filled, low);
  if (count == 0) return;
  const float rate = m.small.rate[queued(i)], damped = damping(count);
  const Outputs outputs = outputs_of(m.small, i);
  if constexpr (SKIP_GRAM) {
    // Nodes are fewer than words, and the lowest stand above two of these: they forget soonest.
    const float lower = TREE ? damped * damped : damped;
    train_parts(m, W_out, lockf, outputs, held, i, low, count, rate * lower, loss);
    loss.predictions += count;
  } else {
    const int rows = list_contexts(m, lockf, i, low, count);
    gather_hidden(m, rows, MEAN ? fast_divide(1, count) : 1);
    score_window(m, W_out, outputs, held, 1, MEAN ? rate : rate * damped * damped, loss);
    if (TILES > 1 && !EXACT) merge_outputs(m, outputs, 1);
    meanwhile();
    step_window(m, W_out, outputs, held, 1);
    scatter_hidden(m, rows, !MEAN ? 1 : SHARE ? fast_divide(1, count) : damped);
    loss.predictions += 1;
  }
}
