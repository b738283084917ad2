// The training kernel as a function of plain C++, to be called with ctypes.
#include "train.cu"

extern "C" __attribute__((visibility("default"))) void train_host(float* W_in, float* W_out, const int* tokens, const u32* marks,
                           const i64* runs, int n_runs, const u32* keep, const u64* table,
                           const i64* cumulative, u32 size, const int* parents,
                           const u8* labels, u64 token_key, u64 negative_key,
                           u64 first_place, double alpha, double slope, double min_alpha,
                           const float* lockf, Outcome* outcome, int warps) {
  static std::vector<Workspace> workspace;
  workspace.resize(warps);
  int taken = 0;
  Warps::instance().run(warps, [&] { run_warp([&] {
    train(W_in, W_out, tokens, marks, runs, n_runs, keep, table, cumulative, size, parents, labels, token_key,
          negative_key, first_place, alpha, slope, min_alpha, lockf, nullptr, nullptr, workspace.data(), &taken, outcome);
  }); });
}
