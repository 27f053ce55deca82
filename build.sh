#!/usr/bin/env bash
# NetTraffic: the commands of this repository, for Linux and macOS. All that is needed is the .NET SDK 10.
# "./build.sh help" lists them; build.ps1 has the same ones for PowerShell.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$root"
artifacts="$root/artifacts"
shell_exe="$artifacts/shell/NetTraffic.Shell"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_UI_LANGUAGE=en
# A build server left behind would keep a container or CI step from ending.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
[ -n "${HOME:-}" ] && [ -w "${HOME:-/nonexistent}" ] || export DOTNET_CLI_HOME="$artifacts/dotnet-home" NUGET_PACKAGES="$artifacts/packages"

usage() {
  cat <<'TEXT'
Usage: ./build.sh <command>
  demo     build what is needed, then show it at work: live capture, import, summaries, export
  test     run every test that can run on this machine; last line "N passed, N failed, N skipped"
           (./build.sh test Flows runs only the rooms with that name)
  build    build the module into module/bin and the Shell into artifacts/shell
  shell    a prompt with the module loaded (arguments are passed on: ./build.sh shell -Command Get-NetFlow)
  bench    BenchmarkDotNet's benchmarks (arguments are passed on: --filter '*Reader*')
  pack     the module as a folder and a zip: ./build.sh pack [linux-x64|linux-arm64|win-x64|osx-arm64 ... | all]
  libpcap  install libpcap where permitted, else say how
  format   check the formatting
  clean    remove everything that was built
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

need_sdk() {
  if ! command -v dotnet >/dev/null 2>&1; then
    local place
    for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
      if [ -n "$place" ] && [ -x "$place/dotnet" ]; then
        export PATH="$place:$PATH" DOTNET_ROOT="$place"
        break
      fi
    done
  fi
  command -v dotnet >/dev/null 2>&1 || fail "the .NET SDK 10 is not installed. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
  local version
  if ! version="$(dotnet --version 2>/dev/null)"; then
    local found
    found="$(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')"
    fail "the .NET SDK 10.0 is needed; installed: ${found:-none}. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
  fi
  case "$version" in
    10.*) ;;
    *) fail "the .NET SDK 10.0 is needed, but dotnet is $version. Install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again." ;;
  esac
}

have_libpcap() {
  case "$(uname -s)" in
    Darwin) return 0 ;;
    Linux) ;;
    *) return 0 ;;
  esac
  local ldconfig
  ldconfig="$(PATH="$PATH:/sbin:/usr/sbin" command -v ldconfig || true)"
  if [ -n "$ldconfig" ] && "$ldconfig" -p 2>/dev/null | grep -q 'libpcap\.so'; then
    return 0
  fi
  local folder
  for folder in /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib /lib/*-linux-* /usr/lib/*-linux-*; do
    compgen -G "$folder/libpcap.so*" >/dev/null && return 0
  done
  return 1
}

# Live capture needs libpcap; everything else works without. Installed where permitted, else the command to run is printed.
need_libpcap() {
  have_libpcap && return 0
  local command=""
  if command -v apt-get >/dev/null 2>&1; then command="apt-get install -y --no-install-recommends libpcap0.8"
  elif command -v dnf >/dev/null 2>&1; then command="dnf install -y libpcap"
  elif command -v yum >/dev/null 2>&1; then command="yum install -y libpcap"
  elif command -v apk >/dev/null 2>&1; then command="apk add libpcap"
  elif command -v zypper >/dev/null 2>&1; then command="zypper --non-interactive install libpcap1"
  elif command -v pacman >/dev/null 2>&1; then command="pacman -S --noconfirm libpcap"
  elif command -v brew >/dev/null 2>&1; then command="brew install libpcap"
  fi
  if [ -z "$command" ]; then
    say "libpcap is not installed, so live capture is not possible; everything else works. Install it with your package manager."
    return 0
  fi
  local prefix=""
  if [ "$(id -u)" -ne 0 ] && [ "${command%% *}" != brew ]; then
    prefix="sudo "
    if ! sudo -n true 2>/dev/null; then
      say "libpcap is not installed, so live capture is not possible; everything else works. To install it, run: sudo $command"
      return 0
    fi
  fi
  say "Installing libpcap: $prefix$command"
  mkdir -p "$artifacts"
  local log="$artifacts/libpcap.log"
  : >"$log"
  if [ "${command%% *}" = apt-get ]; then
    ${prefix:+sudo} env DEBIAN_FRONTEND=noninteractive apt-get update -q >>"$log" 2>&1 || true
  fi
  # shellcheck disable=SC2086
  if ! ${prefix:+sudo} env DEBIAN_FRONTEND=noninteractive $command >>"$log" 2>&1 || ! have_libpcap; then
    say "libpcap could not be installed ($(grep -v '^$' "$log" | tail -n 1)), so live capture is not possible. Try: $prefix$command"
  fi
}

# Runs dotnet with its output in a log; shows the errors and ends with one line where it fails.
run_dotnet() {
  local what="$1" log
  shift
  mkdir -p "$artifacts/log"
  log="$artifacts/log/$what.log"
  if dotnet "$@" >"$log" 2>&1; then
    return 0
  fi
  { grep -E '(error|warning as error)' "$log" || tail -n 20 "$log"; } | sed -E 's/^[[:space:]]+//' | sort -u | head -n 20 >&2
  if grep -qE 'NU1301|Unable to load the service index|Resource temporarily unavailable|Name or service not known|NU1302' "$log"; then
    fail "packages could not be fetched: no way to the package source (see $log). Check the network and run this again."
  fi
  fail "$what failed; the whole output is in $log"
}

# What the product is made of; quick to look through.
product_sources() {
  find src eng module NetTraffic.psd1 Directory.Build.props Directory.Packages.props global.json \
    \( -path module/bin -o -name obj -o -name bin \) -prune -o -type f -print 2>/dev/null
}

product_is_current() {
  local stamp="$artifacts/.product"
  [ -f "$stamp" ] && [ -x "$shell_exe" ] && [ -f module/bin/NetTraffic.dll ] || return 1
  [ "$(product_sources | sort | cksum)" = "$(cat "$stamp")" ] || return 1
  [ -z "$(product_sources | while IFS= read -r file; do [ "$file" -nt "$stamp" ] && { echo newer; break; }; done)" ] || return 1
  # A plain "dotnet build" since then has put assemblies there that are not ready to run.
  [ -z "$(find module/bin -type f -newer "$stamp" | head -n 1)" ]
}

build_product() {
  need_sdk
  if product_is_current; then
    return 0
  fi
  say "Building the module and the Shell (the first time packages are fetched) ..."
  run_dotnet build msbuild eng/product.proj -m -v:m -nologo -tl:off
  product_sources | sort | cksum >"$artifacts/.product"
}

# The tests, and what users run where it is not current, in one go: two cores are busier that way.
build_tests() {
  local with_product=true
  need_sdk
  export NETTRAFFIC_ANALYZE_TESTS="${NETTRAFFIC_ANALYZE_TESTS:-false}"
  if product_is_current; then
    with_product=false
    say "Building the tests ..."
  else
    say "Building the module, the Shell and the tests (the first time packages are fetched) ..."
  fi
  run_dotnet build-tests msbuild eng/tests.proj -p:WithProduct=$with_product -m -v:m -nologo -tl:off
  [ $with_product = false ] || product_sources | sort | cksum >"$artifacts/.product"
}

this_rid() {
  local os arch
  case "$(uname -s)" in Darwin) os=osx ;; Linux) os=linux ;; *) os=win ;; esac
  case "$(uname -m)" in x86_64 | amd64) arch=x64 ;; aarch64 | arm64) arch=arm64 ;; *) arch="$(uname -m)" ;; esac
  printf '%s-%s' "$os" "$arch"
}

pack() {
  need_sdk
  local version rid rids=("$@")
  version="$(sed -nE "s/^[[:space:]]*ModuleVersion[[:space:]]*=[[:space:]]*'([^']+)'.*/\1/p" NetTraffic.psd1)"
  [ -n "$version" ] || fail "NetTraffic.psd1 names no ModuleVersion."
  [ ${#rids[@]} -gt 0 ] || rids=("$(this_rid)")
  [ "${rids[0]}" != all ] || rids=(linux-x64 linux-arm64 win-x64 osx-arm64)
  for rid in "${rids[@]}"; do
    case "$rid" in
      linux-x64 | linux-arm64 | win-x64 | osx-arm64 | osx-x64) ;;
      *) fail "'$rid' is not a runtime identifier this can pack for: linux-x64, linux-arm64, win-x64, osx-arm64, osx-x64, or all." ;;
    esac
  done
  for rid in "${rids[@]}"; do
    say "Packing $rid ..."
    run_dotnet "pack-$rid" msbuild eng/product.proj -t:Pack -p:Rid="$rid" -p:ModuleVersion="$version" -m -v:m -nologo -tl:off
    say "  folder   artifacts/pack/$rid/NetTraffic/$version"
    say "  zip      artifacts/pack/NetTraffic-$version-$rid.zip ($(du -h "$artifacts/pack/NetTraffic-$version-$rid.zip" | cut -f1))"
    say "  package  artifacts/pack/nupkg/$rid/NetTraffic.$version.nupkg"
  done
}

verb="${1:-help}"
[ $# -eq 0 ] || shift
case "$verb" in
  demo)
    need_sdk
    need_libpcap
    build_product
    exec "$shell_exe" -NonInteractive -File demo/demo.ps1 "$@"
    ;;
  test)
    need_sdk
    need_libpcap
    build_tests
    exec "$shell_exe" -NoModule -NonInteractive -File eng/run-tests.ps1 "$@"
    ;;
  build) build_product && say "The module is in module/bin (Import-Module ./NetTraffic.psd1), the Shell is artifacts/shell/NetTraffic.Shell." ;;
  shell)
    need_libpcap
    build_product
    exec "$shell_exe" "$@"
    ;;
  bench)
    build_product
    say "Building the benchmarks ..."
    run_dotnet bench-build build tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj -c Release -v m -nologo -tl:off
    [ $# -gt 0 ] || set -- --filter '*'
    exec dotnet run --no-build -c Release --project tests/bench/NetTraffic.Benchmarks/NetTraffic.Benchmarks.csproj -- "$@"
    ;;
  pack) pack "$@" ;;
  format)
    need_sdk
    dotnet format NetTrafficPS.sln --verify-no-changes || fail "the formatting differs; 'dotnet format' mends it."
    ;;
  libpcap) need_libpcap ;;
  clean)
    rm -rf "$artifacts" module/bin TestResults BenchmarkDotNet.Artifacts
    find src tests -type d \( -name obj -o -name bin \) -prune -exec rm -rf {} +
    ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    fail "'$verb' is not a command."
    ;;
esac
