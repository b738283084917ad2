// The minibatch engine's primitives; what each does stands in backend/reference/layers.py.
//
// REAL is float or double. Ids that are out of range are counted by check_ids and read as 0,
// so that a step need not wait for the check.
#include "draws.cuh"
#include "sums.cuh"

DEVICE int within(int id, int size) { return u32(id) < u32(size) ? id : 0; }

// wrong, both 0 before and where all ids are right: the lowest id below 0, and how far the
// highest is beyond the last.
KERNEL void check_ids(const int* ids, i64 n, int size, int* wrong) {
  for (i64 i = first_thread(); i < n; i += all_threads()) {
    if (ids[i] < 0) lower_to(&wrong[0], ids[i]);
    if (ids[i] >= size) raise_to(&wrong[1], ids[i] - size + 1);
  }
}

// -- negatives --------------------------------------------------------------------------

KERNEL void sample_fast(const u64* table, u32 size, u64 key, u64 start, i64 n, int* words) {
  const Noise noise = {table, nullptr, size};
  for (i64 i = first_thread(); i < n; i += all_threads())
    words[i] = draw(noise, random_bits(key, start + i));
}

// sorted: k + 1 numbers a warp.
KERNEL void sample_exact(const u64* table, const i64* cumulative, u32 size, const int* targets,
                         u64 key, u64 start, i64 n, int k, int* words, int* sorted) {
  const Noise noise = {table, cumulative, size};
  for (i64 i = first_warp(); i < n; i += all_warps())
    draw_exact(noise, random_bits(key, start + i), within(targets[i], size), k, words + i * k,
               sorted + first_warp() * (k + 1));
}

// -- rows -------------------------------------------------------------------------------

// out[b, k] = W[index[b, k]] . h[b], a warp for each.
KERNEL void row_dot(const REAL* W, const int* index, const REAL* h, i64 B, i64 K, int H, int V,
                    REAL* out) {
  for (i64 i = first_warp(); i < B * K; i += all_warps()) {
    const REAL* row = W + i64(within(index[i], V)) * H;
    const REAL* other = h + i / K * H;
    REAL total = 0;
    for (int d = lane(); d < H; d += LANES) total += row[d] * other[d];
    for (int stride = LANES / 2; stride > 0; stride /= 2) total += shuffle_xor(total, stride);
    if (lane() == 0) out[i] = total;
  }
}

// out[b] = sum over k of weight[b, k] W[index[b, k]], a thread for each number.
KERNEL void weighted_rows(const REAL* W, const int* index, const REAL* weight, i64 B, i64 K,
                          int H, int V, REAL* out) {
  for (i64 i = first_thread(); i < B * H; i += all_threads()) {
    const i64 b = i / H, d = i % H;
    REAL total = 0;
    for (i64 k = b * K; k < (b + 1) * K; k++)
      total += weight[k] * W[i64(within(index[k], V)) * H + d];
    out[i] = total;
  }
}

// Number the distinct words: place[word] was -1 for all, unique lists them, count counts.
KERNEL void number_words(const int* index, i64 n, int V, int* place, int* unique, int* count) {
  for (i64 i = first_thread(); i < n; i += all_threads()) {
    const int word = within(index[i], V);
    // Looking first spares frequent words most of the swaps.
    if (place[word] != -1 || swap_if(&place[word], -1, -2) != -1) continue;
    const int number = add_and_fetch_old(count, 1);
    unique[number] = word;
    place[word] = number;
  }
}

// Entry (b, k) adds weight[b, k] (1 if there are none) times its row, which begins at
// b * stride_b + k * stride_k, to the row of its word.
KERNEL void add_rows(const int* index, const int* place, const REAL* weight, const REAL* rows,
                     i64 B, i64 K, int H, int V, i64 stride_b, i64 stride_k, REAL* out) {
  for (i64 i = first_thread(); i < B * K * H; i += all_threads()) {
    const i64 entry = i / H, d = i % H;
    const REAL x = rows[entry / K * stride_b + entry % K * stride_k + d];
    add_to(out + i64(place[within(index[entry], V)]) * H + d, weight ? weight[entry] * x : x);
  }
}

// dst[index[u]] = rows[u] for every u below *count.
KERNEL void put_rows(REAL* dst, const int* index, const REAL* rows, const int* count, int H) {
  const i64 n = i64(*count) * H;
  for (i64 i = first_thread(); i < n; i += all_threads())
    dst[i64(index[i / H]) * H + i % H] = rows[i];
}

// -- loss and optimizer -----------------------------------------------------------------

// Binary cross-entropy of logits x against t[b * stride_b + k * stride_k], and its gradient.
KERNEL void sigmoid_loss(const REAL* x, const REAL* t, i64 B, i64 K, i64 stride_b, i64 stride_k,
                         REAL* difference, double* loss) {
  double total = 0;
  for (i64 i = first_thread(); i < B * K; i += all_threads()) {
    const REAL label = t[i / K * stride_b + i % K * stride_k];
    const REAL tail = exp(x[i] < 0 ? x[i] : -x[i]), share = 1 / (1 + tail);
    total += (x[i] > 0 ? x[i] * (1 - label) : -x[i] * label) + log1p(tail);
    difference[i] = (x[i] < 0 ? tail * share : share) - label;
  }
  total = sum_over_lanes(total);
  if (lane() == 0) add_to(loss, total);
}

// Adam's update of row index[u] by grad[u] for every u below *count.
KERNEL void adam_rows(REAL* param, REAL* m, REAL* v, const int* index, const REAL* grad,
                      const int* count, int H, REAL step_size, REAL beta1, REAL beta2, REAL eps) {
  const i64 n = i64(*count) * H;
  for (i64 i = first_thread(); i < n; i += all_threads()) {
    const i64 p = i64(index[i / H]) * H + i % H;
    const REAL g = grad[i];
    m[p] += (1 - beta1) * (g - m[p]);
    v[p] += (1 - beta2) * (g * g - v[p]);
    param[p] -= step_size * m[p] / (sqrt(v[p]) + eps);
  }
}

// -- sentences of the fused engine --------------------------------------------------------

// Set bit t % 32 of marks[t / 32] for every t of starts.
KERNEL void mark_sentences(const i64* starts, i64 n, i64 first, u32* marks) {
  for (i64 i = first_thread(); i < n; i += all_threads()) {
    const i64 t = starts[i] - first;
    set_bits(&marks[t / 32], 1u << (t % 32));
  }
}
