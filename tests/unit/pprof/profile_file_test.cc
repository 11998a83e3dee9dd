#include "pprof/encode/profile_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gorace::pprof {
namespace {

class ProfileFile : public ::testing::Test {
 protected:
  ProfileFile() {
    folder_ = std::filesystem::temp_directory_path() / "gorace-profile-XXXXXX";
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    profile_.add_string_table("");
    profile_.add_string_table("worker");
    profile_.set_time_nanos(17);
  }
  ~ProfileFile() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name = "p.pb.gz") const { return folder_ + "/" + name; }
  size_t files() const {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

  std::string folder_;
  perftools::profiles::Profile profile_;
};

TEST_F(ProfileFile, IsReadBackAsItWasWritten) {
  ASSERT_TRUE(write_profile_file(profile_, path()).ok());
  const auto read = read_profile_file(path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), profile_.SerializeAsString());
  EXPECT_EQ(files(), 1u) << "no temporary file is left";
}

TEST_F(ProfileFile, IsGzip) {
  ASSERT_TRUE(write_profile_file(profile_, path()).ok());
  std::ifstream file(path(), std::ios::binary);
  EXPECT_EQ(file.get(), 0x1f);
  EXPECT_EQ(file.get(), 0x8b);
}

TEST_F(ProfileFile, FollowsTheUmask) {
  const mode_t before = umask(0027);
  ASSERT_TRUE(write_profile_file(profile_, path()).ok());
  umask(before);
  struct stat status;
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(ProfileFile, ReplacesAnOlderOne) {
  std::ofstream(path()) << "old";
  ASSERT_TRUE(write_profile_file(profile_, path()).ok());
  EXPECT_TRUE(read_profile_file(path()).ok());
}

TEST_F(ProfileFile, FailuresNameThePathAndLeaveNothing) {
  EXPECT_EQ(write_profile_file(profile_, path("no/p.pb.gz")).message(),
            "cannot write " + path("no/p.pb.gz") + ": No such file or directory");
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(write_profile_file(profile_, path("folder")).message(),
            "cannot write " + path("folder") + ": Is a directory");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ProfileFile, AFullDiskIsReported) {
  // A limit on the size of files stands in for the full disk.
  const auto write_within_four_bytes = [this] {
    const rlimit limit{4, 4};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status = write_profile_file(profile_, path());
    return status.message() == "cannot write " + path() + ": File too large" && files() == 0;
  };
  EXPECT_EXIT(exit(write_within_four_bytes() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

TEST_F(ProfileFile, WhatIsNoProfileIsRefused) {
  std::ofstream(path()) << "not a profile";
  EXPECT_FALSE(read_profile_file(path()).ok());
  EXPECT_FALSE(read_profile_file(path("none")).ok());
}

}  // namespace
}  // namespace gorace::pprof
