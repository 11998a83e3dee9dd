#include "runtime/symbolize/function_name.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/symbolize/symbolize.h"

namespace gorace::runtime {
namespace {

std::string simplify(const char* name) {
  char out[256];
  simplify_function_name(name, out, sizeof out);
  return out;
}

TEST(SimplifyFunctionName, DropsParametersReturnTypeAndQualifiers) {
  EXPECT_EQ(simplify("main"), "main");
  EXPECT_EQ(simplify("worker(int, char const*)"), "worker");
  EXPECT_EQ(simplify("ns::C::f() const"), "ns::C::f");
  EXPECT_EQ(simplify("void ns::f<int>(int)"), "ns::f<int>");
  EXPECT_EQ(simplify("std::vector<int, std::allocator<int> > ns::make<3>(unsigned long) const &"), "ns::make<3>");
  EXPECT_EQ(simplify("decltype(auto) f<int>(int)"), "f<int>");
  EXPECT_EQ(simplify("work(int) [clone .cold]"), "work");
  EXPECT_EQ(simplify("non-virtual thunk to A::f()"), "A::f");
}

TEST(SimplifyFunctionName, KeepsOperators) {
  EXPECT_EQ(simplify("C::operator()(int) const"), "C::operator()");
  EXPECT_EQ(simplify("C::operator<(C const&) const"), "C::operator<");
  EXPECT_EQ(simplify("bool operator< <int>(C<int> const&, C<int> const&)"), "operator<<int>");
  EXPECT_EQ(simplify("std::ostream& ns::operator<<(std::ostream&, X)"), "ns::operator<<");
  EXPECT_EQ(simplify("C::operator->() const"), "C::operator->");
  EXPECT_EQ(simplify("operator new[](unsigned long)"), "operator new[]");
  EXPECT_EQ(simplify("C::operator unsigned long() const"), "C::operator unsigned long");
  EXPECT_EQ(simplify("operator_table(int)"), "operator_table");
}

TEST(SimplifyFunctionName, KeepsLambdasAndAnonymousNamespaces) {
  EXPECT_EQ(simplify("(anonymous namespace)::f(int)"), "(anonymous namespace)::f");
  EXPECT_EQ(simplify("void (anonymous namespace)::f<int>(int)"), "(anonymous namespace)::f<int>");
  EXPECT_EQ(simplify("main::$_0::operator()() const"), "main::$_0::operator()");
  EXPECT_EQ(simplify("f(int)::'lambda'(char)::operator()(char) const"), "f::'lambda'::operator()");
  EXPECT_EQ(simplify("main::{lambda(int)#1}::operator()(int) const"), "main::{lambda(int)#1}::operator()");
  EXPECT_EQ(simplify("auto f() const::'lambda'()::operator()() const"), "f::'lambda'::operator()");
}

TEST(SimplifyFunctionName, NamesChannelOperationsByTheirClass) {
  EXPECT_EQ(simplify("gorace::internal::RecvSide<gorace::Chan<int>, int>::recv() const"), "gorace::Chan<int>::recv");
  EXPECT_EQ(simplify("gorace::internal::SendSide<gorace::SendChan<std::pair<int, X> >, std::pair<int, X> "
                     ">::send(std::pair<int, X>) const"),
            "gorace::SendChan<std::pair<int, X> >::send");
  EXPECT_EQ(simplify("gorace::internal::RecvSide<"), "gorace::internal::RecvSide<");
}

TEST(SimplifyFunctionName, KeepsWhatItCannotRead) {
  EXPECT_EQ(simplify(""), "");
  EXPECT_EQ(simplify("f("), "f(");
  EXPECT_EQ(simplify("f<int"), "f<int");
}

TEST(SimplifyFunctionName, MarksCutNames) {
  char out[8];
  simplify_function_name("abcdefghij", out, sizeof out);
  EXPECT_STREQ(out, "abcd...");
}

TEST(DemanglePlainName, ReadsNestedNamesOnly) {
  const auto demangled = [](const char* name) {
    char out[64];
    demangle_plain_name(name, out, sizeof out);
    return std::string(out);
  };
  EXPECT_EQ(demangled("_Z6workeri"), "worker");
  EXPECT_EQ(demangled("_ZN2ns1C1fEi"), "ns::C::f");
  EXPECT_EQ(demangled("_ZNK2ns1C1fEv"), "ns::C::f");
  EXPECT_EQ(demangled("_ZSt9terminatev"), "std::terminate");
  EXPECT_EQ(demangled("_ZNSt6thread4joinEv"), "std::thread::join");
  EXPECT_EQ(demangled("_ZN2ns12_GLOBAL__N_11fEv"), "ns::(anonymous namespace)::f");
  for (const char* other : {"main", "_Z1fIiEvT_", "_ZN1CC2Ev", "_ZN1CplEi", "_ZNKSt8functionIFivEEclEv", "_Z", "_ZN",
                            "_Z99f", "_ZN99999999999999999999fE", "_ZN1f"}) {
    EXPECT_EQ(demangled(other), other);
  }
}

TEST(IsInternalFrame, HidesMachinery) {
  for (const char* name : {"gorace::runtime::park",
                           "gorace::internal::ChanCore::recv",
                           "gorace::(anonymous namespace)::note_wait",
                           "gorace::go<main::$_0>",
                           "std::__invoke_impl<void, int>",
                           "std::invoke<void (&)()>",
                           "std::_Function_handler<void (), f>::_M_invoke",
                           "std::thread::_Invoker<std::tuple<f> >::operator()",
                           "std::thread::_State_impl<X>::_M_run",
                           "execute_native_thread_routine",
                           "__libc_start_call_main",
                           "__libc_start_main_impl",
                           "_start",
                           "start_thread",
                           "clone3",
                           "pthread_once",
                           "__pthread_once_slow",
                           "gorace::WaitGroup::go<main::$_0>::'lambda'::operator()",
                           "__cxa_throw",
                           "std::terminate",
                           "__gorace_read8",
                           "gorace::detector::report_race"}) {
    EXPECT_TRUE(is_internal_frame(name)) << name;
  }
}

TEST(IsOperationFrame, IsWhatTheUsersLineDoesWithAnObject) {
  for (const char* name :
       {"gorace::Chan<int>::close", "gorace::WaitGroup::wait", "gorace::select<gorace::internal::X>", "gorace::select",
        "gorace::RWMutex::lock_shared", "std::atomic<int>::store", "std::__atomic_base<int>::load",
        "std::atomic_ref<int>::fetch_add", "std::lock_guard<std::mutex>::lock_guard", "std::mutex::unlock"}) {
    EXPECT_TRUE(is_operation_frame(name)) << name;
  }
  for (const char* name :
       {"main", "gorace::selection", "gorace_demo::Mutex::lock", "std::vector<std::atomic<int>>::front",
        "my::atomic<int>::load", "use<gorace::Chan<int> >", "std::thread::thread<f>"}) {
    EXPECT_FALSE(is_operation_frame(name)) << name;
  }
}

TEST(IsInternalFrame, ShowsTheUsersAndThePublicApi) {
  for (const char* name :
       {"main", "main::$_0::operator()", "gorace::Chan<int>::recv", "gorace::WaitGroup::wait",
        "gorace::WaitGroup::go<main::$_0>", "std::thread::join", "std::vector<gorace::runtime::G*>::push_back",
        "std::call_once<void (&)()>", "absl::base_internal::call_once", "cloned", "started::start_thread",
        "gorace_demo", "run<gorace::runtime::X>", "operator<"}) {
    EXPECT_FALSE(is_internal_frame(name)) << name;
  }
}

}  // namespace
}  // namespace gorace::runtime
