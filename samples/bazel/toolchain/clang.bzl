"""A toolchain of one's own with gorace as a feature: off, it is plain clang."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path")

COMPILE = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_compile]
LINK = [ACTION_NAMES.cpp_link_executable, ACTION_NAMES.cpp_link_dynamic_library, ACTION_NAMES.cpp_link_nodeps_dynamic_library]

def _flags(actions, flags):
    return flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])

def _config(ctx):
    clang = ctx.attr.clang
    gorace = ctx.attr.gorace
    plugin = gorace + "/lib/gorace/llvm19/gorace-plug.so"
    libraries = gorace + "/lib/gorace/"
    gorace_feature = feature(
        name = "gorace",
        flag_sets = [
            _flags(COMPILE, [
                "-fplugin=" + plugin,
                "-fpass-plugin=" + plugin,
                "-O1",
                "-g",
                "-fno-omit-frame-pointer",
                "-isystem",
                gorace + "/include",
            ]),
            # Programs only: shared libraries find the detector in the program.
            _flags([ACTION_NAMES.cpp_link_executable], [
                "-Wl,-u,__gorace_profiles",
                "-Wl,-u,__gorace_leak_check",
                "-Wl,--whole-archive",
                libraries + "libgorace_race.a",
                "-Wl,--no-whole-archive",
                libraries + "libgorace_detector.a",
                libraries + "libgorace.a",
                "-pthread",
                "-ldl",
                "-Wl,--build-id",
                "-Wl,--export-dynamic-symbol=__gorace_*",
                "-Wl,--export-dynamic-symbol=__tsan_*",
            ]),
        ],
    )
    tools = {
        "ar": "llvm-ar",
        "cpp": "clang-cpp",
        "gcc": "clang",
        "gcov": "llvm-cov",
        "ld": "ld.lld",
        "nm": "llvm-nm",
        "objdump": "llvm-objdump",
        "strip": "llvm-strip",
    }
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = "clang",
        host_system_name = "local",
        target_system_name = "local",
        target_cpu = "k8",
        target_libc = "unknown",
        compiler = "clang",
        abi_version = "unknown",
        abi_libc_version = "unknown",
        cxx_builtin_include_directories = ["/usr/include", "/usr/lib", gorace + "/include"],
        tool_paths = [tool_path(name = name, path = clang + "/bin/" + tool) for name, tool in tools.items()],
        features = [
            feature(name = "supports_pic", enabled = True),
            feature(name = "supports_dynamic_linker", enabled = True),
            feature(name = "libstdcxx", enabled = True, flag_sets = [_flags(LINK, ["-lstdc++", "-lm"])]),
            gorace_feature,
        ],
    )

clang_config = rule(
    implementation = _config,
    attrs = {"clang": attr.string(mandatory = True), "gorace": attr.string(mandatory = True)},
    provides = [CcToolchainConfigInfo],
)
