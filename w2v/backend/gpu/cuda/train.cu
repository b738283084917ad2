// The fused engine's kernel: warps walk runs of sentences, as backend/reference/fused.py says.
#include "draws.cuh"
#include "sums.cuh"
#include "window.cuh"

struct Text {
  const int* tokens;
  const u32* marks;  // a bit a token: a sentence begins here
  const u32* keep;
  const float* crowd;
  u64 key, first_place;
  double alpha, slope, min_alpha;
};

// What a warp knows of the words it has kept so far.
struct Kept {
  i64 at, end;   // tokens yet to be looked at
  int filled;    // words kept
  int sentence;  // number of the current sentence's first word
  float rate;    // and its learning rate
};

// Look at a token a lane: those that stay join the queue.
DEVICE void thin_out(Small& s, const Text& text, i64 begin, Kept& kept, const float* W_in) {
  const i64 t = kept.at + lane();
  const bool inside = t < kept.end;
  const int word = inside ? text.tokens[t] : 0;
  const u64 bits = random_bits(text.key, text.first_place + t);
  const bool stays = inside && (bits >> 32) <= text.keep[word];
  const u32 begins = vote(inside && (text.marks[t / 32] >> (t % 32) & 1));
  const u32 staying = vote(stays);
  int sentence = kept.sentence;
  float rate = kept.rate;
  const u32 so_far = begins & (lanes_below() | 1u << lane());
  if (so_far) {
    const int origin = highest_bit(so_far);
    sentence = kept.filled + count_bits(staying & ((1u << origin) - 1));
    const double falling = text.alpha - text.slope * double(text.first_place + kept.at + origin);
    rate = float(falling > text.min_alpha ? falling : text.min_alpha);
  }
  if (stays) {
    const int q = queued(kept.filled + count_bits(staying & lanes_below()));
    s.word[q] = word;
    s.token[q] = u32(t - begin);
    s.sentence[q] = sentence;
    s.rate[q] = rate;
    s.share[q] = calm(text.crowd, word, rate);
    s.width[q] = SHRINK ? at_most(1 + int((bits & LOW_32) * WIDEST >> 32), WINDOW) : WINDOW;
    for (int column = 0; column < DIM; column += 32) prefetch(W_in + i64(word) * DIM + column);
  }
  kept.filled += count_bits(staying);
  kept.sentence = shuffle(sentence, LANES - 1);
  kept.rate = shuffle(rate, LANES - 1);
  kept.at += LANES;
  sync_warp();
}

// A HuffmanTree.
struct Tree {
  const int* parents;
  const u8* labels;
};

// List the inner nodes on a word's path, behind so many outputs; return how many there are then.
DEVICE int climb(const Tree& tree, u32 size, int word, int length, int* outputs, u8* label) {
  for (int node = int(size) - 1 + word; node > 0; length++) {
    const int above = tree.parents[node];
    if (lane() == length % LANES) {
      outputs[length] = NEGATIVE ? 2 * above + 1 : above;
      label[length] = tree.labels[node];
    }
    node = above;
  }
  return length;
}

// Find word i's outputs and ask for their rows. With negatives and a tree, word w's row is 2w
// and node n's 2n + 1.
DEVICE void find_outputs(Small& s, const Noise& noise, const Tree& tree, u64 key, u64 first_place,
                         int i, const float* W_out, const float* crowd) {
  int* outputs = s.outputs[i % 2];
  const int target = s.word[queued(i)];
  if constexpr (NEGATIVE > 0) {
    const u64 place = first_place + s.token[queued(i)];
    if (lane() == 0) outputs[0] = target;
    if (EXACT)
      draw_exact(noise, random_bits(key, place), target, NEGATIVE, outputs + 1, s.sorted);
    else
      draw_fast(noise, key, place * NEGATIVE, NEGATIVE, outputs + 1);
  }
  int length = SAMPLED;
  if constexpr (TREE) {
    u8* label = s.label[i % 2];
    for (int j = lane(); j < SAMPLED; j += LANES) {
      outputs[j] *= 2;
      label[j] = j == 0;
    }
    length = climb(tree, noise.size, target, SAMPLED, outputs, label);
    if (lane() == 0) s.length[i % 2] = length;
    sync_warp();
  }
  for (int j = lane(); j < length; j += LANES)
    s.part[i % 2][j] = calm(crowd, outputs[j], s.rate[queued(i)]);
  constexpr int LINES = ceil_div(DIM, 32);
  for (int n = lane(); n < length * LINES; n += LANES)
    prefetch(W_out + i64(outputs[n / LINES]) * DIM + n % LINES * 32);
}

// What a call of the backend comes to, over all its launches.
struct Outcome {
  double loss, predictions, words;
  int wrong[2];  // as check_ids leaves it
};

// The next run that no warp has taken.
DEVICE int take_run(int* taken) {
  int run = 0;
  if (lane() == 0) run = add_and_fetch_old(taken, 1);
  return shuffle(run, 0);
}

// Run r is tokens[runs[r]:runs[r + 1]], whole sentences. Warps take runs in turn; taken counts
// from 0; lockf is looked at with LOCK alone. Ids become addresses here, so nothing is trained on where one is wrong.
KERNEL void train(float* W_in, float* W_out, const int* tokens, const u32* marks,
                  const i64* runs, int n_runs, const u32* keep, const u64* table,
                  const i64* cumulative, u32 size, const int* parents, const u8* labels,
                  u64 token_key, u64 negative_key, u64 first_place, double alpha, double slope, double min_alpha, const float* lockf,
                  const float* crowd_in, const float* crowd_out, Workspace* workspace, int* taken, Outcome* outcome) {
  if (outcome->wrong[0] | outcome->wrong[1]) return;
  const Text text = {tokens, marks, keep, crowd_in, token_key, first_place, alpha, slope, min_alpha};
  const Noise noise = {table, cumulative, size};
  const Tree tree = {parents, labels};
  Memory m = memory_of(shared<Shared>(), workspace + first_warp());
  for (int r = take_run(taken); r < n_runs; r = take_run(taken)) {
    const i64 begin = runs[r];
    Kept kept = {begin, runs[r + 1], 0, 0, 0};
    Loss loss = {};
    int entered = 0, drawn = 0;
    clear_ring(m);
    for (int i = 0;; i++) {
      // One word beyond the window: the next one's outputs are drawn ahead.
      while (kept.filled <= i + WINDOW + 1 && kept.at < kept.end)
        thin_out(m.small, text, begin, kept, W_in);
      if (i >= kept.filled) break;
      for (; drawn <= i + 1 && drawn < kept.filled; drawn++)
        find_outputs(m.small, noise, tree, negative_key, first_place + begin, drawn, W_out, crowd_out);
      Held held;
      if (HOLD_WINDOW) hold_tile(held, W_out, outputs_of(m.small, i), 0);
      for (; entered <= i + WINDOW && entered < kept.filled; entered++) enter(m, W_in, entered);
      train_window(m, W_out, lockf, held, i, kept.filled, loss);
      refresh(m, W_in, i, entered);
    }
    empty_ring(m, W_in);
    const double total = sum_over_lanes(loss.total);
    if (lane() == 0) {
      add_to(&outcome->loss, total);
      add_to(&outcome->predictions, double(loss.predictions));
      add_to(&outcome->words, double(kept.filled));
    }
  }
}

// What a warp needs in bytes: of shared memory, and of the workspace.
KERNEL void sizes(int* bytes) {
  bytes[0] = sizeof(Shared);
  bytes[1] = PLACEMENT ? sizeof(Workspace) : 0;
}
