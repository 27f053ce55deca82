#!/usr/bin/env bash
# dockerfile.sh [--build]: every command of the Dockerfile, outside of a container. The build command, what is copied, the packages;
# then the entry point as the image's user with the capabilities that docker-compose.yml gives. --build also builds from nothing but
# what .dockerignore lets through (minutes).
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
need root python3 setpriv setcap unshare ip curl
begin
reader="$root/tests/grafana/dockerfile.py"

for image in $(python3 "$reader" from); do
  [[ "$image" =~ ^mcr\.microsoft\.com/dotnet/(sdk|aspnet):10\.0\.[0-9]+$ ]] || die "the image $image is none of .NET 10's, pinned to a patch"
done
# What the build reads is what .dockerignore lets through, and nothing that was built or is secret.
context="$work/context"
python3 "$reader" context "$context" >"$work/count"
(cd "$root" && find src module eng .config -type f -not -path 'module/bin/*' -not -path 'module/geo/*' -not -path '*/bin/*' -not -path '*/obj/*' && ls .editorconfig build.ps1 build.sh global.json NetTraffic.psd1 LICENSE CHANGELOG.md ./*.props | sed 's|^\./||') | sort >"$work/wanted"
(cd "$context" && find . -type f | sed 's|^\./||') | sort >"$work/given"
evidence="$work/difference"
diff "$work/wanted" "$work/given" >"$work/difference" || die "the build context is not what the build reads"

build="$(python3 "$reader" run build)"
equal "the build command" "$build" "./build.sh build"
built="$root"
[ "${1:-}" != --build ] || built="$context"
evidence="$work/build"
(cd "$built" && bash -ec "$build") >"$work/build" 2>&1 || die "the build command failed"
while IFS=$'\t' read -r from to; do
  [ -e "$built/${from#/source/}" ] || die "COPY $from $to: it is not there after the build"
done < <(python3 "$reader" copied final)

if command -v apt-get >/dev/null && apt-cache show libpcap0.8 >/dev/null 2>&1; then
  for package in $(python3 "$reader" packages); do
    apt-get install -s -y --no-install-recommends "$package" >"$work/apt" 2>&1 || { evidence="$work/apt"; die "the package $package cannot be installed"; }
  done
else
  note "no package lists here: the packages were not looked up"
fi

unshare -m -n true 2>"$work/unshare" || skip "mount namespaces cannot be made here: $(cat "$work/unshare") (build, copies and packages were checked)"
evidence="$work/container"
unshare -m -n bash "$root/tests/grafana/container.sh" "$root" "$built" >"$work/container" 2>&1 || die "the entry point does not run as the image would"
sed 's/^/  /' "$work/container"
echo "passed: $(cat "$work/count") files to build from, the server captures as a user with NET_RAW alone, and asks for its key"
