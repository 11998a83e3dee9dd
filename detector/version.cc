// The version that reports and core dumps can be matched with: `strings` on a binary finds it.
namespace gorace::detector {

extern const char kDetectorVersion[];
[[gnu::used]] const char kDetectorVersion[] = "gorace race detector " GORACE_VERSION;

}  // namespace gorace::detector
