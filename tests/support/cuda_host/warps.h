// Many warps of one lane on a processor, each a fibre with a stack and shared memory of its own.
//
// They take turns, one window each: a warp that has read what its window needs, and scored it,
// lets all others do as much before it writes what has changed. So every window finds rows as
// they were before the others' last one, and rows kept in the ring are as old as on a device.
#pragma once

#include "standard.h"

class Warps {
 public:
  static Warps& instance() {
    static Warps warps;
    return warps;
  }

  int current() const { return current_; }
  int number() const { return number_; }

  // Shared memory of the warp whose turn it is.
  char* memory(std::size_t bytes) {
    Fibre& fibre = at(current_);
    if (fibre.bytes < bytes) {
      fibre.bytes = (bytes + 63) / 64 * 64;
      fibre.memory.reset(static_cast<char*>(std::aligned_alloc(64, fibre.bytes)));
      std::memset(fibre.memory.get(), 0xff, fibre.bytes);
    }
    return fibre.memory.get();
  }

  // Run body once a warp, until all are done.
  void run(int number, std::function<void()> body) {
    if (number == 1) return body();
    body_ = std::move(body);
    number_ = number;
    for (int w = 0; w < number; w++) {
      Fibre& fibre = at(w);
      fibre.begun = false;
      fibre.next = (w + 1) % number;
      fibre.last = (w + number - 1) % number;
      if (!fibre.stack) fibre.stack.reset(new char[kStack]);
      getcontext(&fibre.start);
      fibre.start.uc_stack.ss_sp = fibre.stack.get();
      fibre.start.uc_stack.ss_size = kStack;
      fibre.start.uc_link = nullptr;
      makecontext(&fibre.start, &Warps::enter, 0);
    }
    current_ = 0;
    if (!_setjmp(main_)) go_on();
    current_ = 0;
    number_ = 1;
  }

  // Let every other warp have its turn.
  void pass_on() {
    if (number_ == 1) return;
    Fibre& fibre = at(current_);
    if (_setjmp(fibre.here)) return;
    current_ = fibre.next;
    go_on();
  }

 private:
  static constexpr int kStack = 1 << 16;

  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  struct Fibre {
    ucontext_t start;
    jmp_buf here;
    std::unique_ptr<char[]> stack;
    std::unique_ptr<char, Free> memory;
    std::size_t bytes = 0;
    bool begun = false;
    int next = 0, last = 0;  // of those that are not done
  };

  Fibre& at(int w) {
    while (int(fibres_.size()) <= w) fibres_.emplace_back(new Fibre);
    return *fibres_[w];
  }

  // A jump costs a tenth of what a change of context does, which keeps signals' masks too.
  [[noreturn]] void go_on() {
    Fibre& fibre = at(current_);
    if (fibre.begun) _longjmp(fibre.here, 1);
    fibre.begun = true;
    setcontext(&fibre.start);
    std::abort();
  }

  static void enter() { instance().live(); }

  void live() {
    body_();
    Fibre& fibre = at(current_);
    if (fibre.next == current_) _longjmp(main_, 1);
    at(fibre.last).next = fibre.next;
    at(fibre.next).last = fibre.last;
    current_ = fibre.next;
    go_on();
  }

  std::function<void()> body_;
  std::vector<std::unique_ptr<Fibre>> fibres_;
  jmp_buf main_;
  int current_ = 0, number_ = 1;
};
