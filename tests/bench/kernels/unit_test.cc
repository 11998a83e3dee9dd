// What most tests do: one thread, a mutex that nobody else wants, maps of strings and shared pointers.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "kernel.h"

namespace {

struct Account {
  std::string name;
  std::vector<int> bookings;
  std::shared_ptr<Account> previous;
};

class Bank {
 public:
  void open(int number) {
    auto account = std::make_shared<Account>();
    account->name = "account number " + std::to_string(number);
    account->bookings.assign(16, number);
    account->previous = latest_;
    const std::lock_guard guard(mutex_);
    latest_ = account;
    accounts_[account->name] = account;
  }
  long sum() {
    long sum = 0;
    for (const auto& [name, account] : accounts_) {
      const std::lock_guard guard(mutex_);
      for (int booking : account->bookings) sum += booking;
    }
    return sum;
  }
  // One by one: the destructors would call each other, account by account.
  void forget_order() {
    while (latest_ != nullptr) latest_ = std::move(latest_->previous);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Account>> accounts_;
  std::shared_ptr<Account> latest_;
};

}  // namespace

int main() {
  return kernel::run([] {
    constexpr int kAccounts = 5000;
    for (int round = 0; round < 40; ++round) {
      Bank bank;
      for (int i = 0; i < kAccounts; ++i) bank.open(i);
      kernel::expect(bank.sum() == 16L * kAccounts * (kAccounts - 1) / 2, "sum of the bookings");
      bank.forget_order();
    }
  });
}
