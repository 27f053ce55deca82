#!/usr/bin/env bash
# NetTraffic: the commands of this repository, for Linux and macOS. All that is needed is the .NET SDK 10.
# Puts the PowerShell that .config/dotnet-tools.json pins into artifacts/pwsh and hands everything to build.ps1.
# "./build.sh help" lists the commands. Where PowerShell 7.6 is installed, ./build.ps1 does the same with that one.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
pwsh="$root/artifacts/pwsh"
download="https://dotnet.microsoft.com/download/dotnet/10.0"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_CLI_UI_LANGUAGE=en POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off
# A build server left behind would keep a container or CI step from ending.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
[ -n "${HOME:-}" ] && [ -w "${HOME:-/nonexistent}" ] ||
  export DOTNET_CLI_HOME="$root/artifacts/dotnet-home" NUGET_PACKAGES="$root/artifacts/packages" HOME="$root/artifacts/dotnet-home"

fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

find_dotnet() {
  local place dotnet
  if ! command -v dotnet >/dev/null 2>&1; then
    for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
      if [ -n "$place" ] && [ -x "$place/dotnet" ]; then
        export PATH="$place:$PATH"
        break
      fi
    done
  fi
  dotnet="$(command -v dotnet)" || fail "the .NET SDK 10 is not installed. Install it from $download and run this again."
  # PowerShell's own program looks here for the runtime.
  [ -n "${DOTNET_ROOT:-}" ] || export DOTNET_ROOT="$(dirname "$(readlink -f "$dotnet" 2>/dev/null || echo "$dotnet")")"
}

need_sdk() {
  local version found
  if ! version="$(cd "$root" && dotnet --version 2>/dev/null)"; then
    found="$(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')"
    fail "the .NET SDK 10.0 is needed; installed: ${found:-none}. Install it from $download and run this again."
  fi
  case "$version" in
    10.*) ;;
    *) fail "the .NET SDK 10.0 is needed, but dotnet is $version. Install it from $download and run this again." ;;
  esac
}

# The tool as files of our own: any user can run them, an image can hold them, they are compiled ahead of time (eng/pwsh.proj), and they
# start without "dotnet tool run" (0.4 s).
get_powershell() {
  cmp -s "$root/.config/dotnet-tools.json" "$pwsh/dotnet-tools.json" && cmp -s "$root/eng/pwsh.proj" "$pwsh/pwsh.proj" && return 0
  local log="$root/artifacts/log/pwsh.log" home
  need_sdk
  echo "Fetching PowerShell (once) ..."
  mkdir -p "$root/artifacts/log"
  if ! (cd "$root" && dotnet tool restore) >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "PowerShell could not be fetched (see $log). Check the network and run this again."
  fi
  # shellcheck disable=SC2016
  home="$(cd "$root" && dotnet tool run pwsh -- -NoProfile -NonInteractive -Command '$PSHOME')" ||
    fail "the fetched PowerShell does not start: $home"
  if ! dotnet msbuild "$root/eng/pwsh.proj" -restore -p:PowerShellHome="$home" -nologo -v:m -tl:off >>"$log" 2>&1; then
    tail -n 5 "$log" >&2
    fail "PowerShell could not be put into artifacts/pwsh (see $log)."
  fi
}

find_dotnet
get_powershell
exec "$pwsh/pwsh" -NoLogo -NoProfile -File "$root/build.ps1" "$@"
