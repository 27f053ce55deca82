#!/usr/bin/env bash
# pack.sh [--all | --ahead]: packs the module for this system and for Windows; with --all for every system, with --ahead compiled ahead for
# each of them, as a release is. Opens each zip and the package of all, and holds them against pack.files; then the package is installed and
# imported here. About a minute a system.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need python3
begin
cd "$root"
version="$(sed -n "s/^ *ModuleVersion *= '\(.*\)'/\1/p" NetTraffic.psd1)"
rids=() packed=()
own="linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')"
wanted=("$own" win-x64)
[ -z "${1:-}" ] || wanted=(linux-x64 linux-arm64 win-x64 win-arm64 osx-arm64)
for rid in "${wanted[@]}"; do
  evidence="$work/$rid.log"
  # Compiling ahead takes time, and what goes in is the same; wine.sh compiles the one for Windows.
  if [ "$rid" != "$own" ] && [ "${1:-}" != --ahead ]; then
    dotnet msbuild eng/product.proj -t:Pack -p:Rid="$rid" -p:AheadOfTime=false -p:ModuleVersion="$version" -v:m -nologo -tl:off \
      >"$evidence" 2>&1 || die "$rid cannot be packed"
    packed+=("$rid!")
  elif ./build.sh pack "$rid" >"$evidence" 2>&1; then
    packed+=("$rid")
  elif grep -q 'NU1101.*Microsoft.NETCore.App.Runtime' "$evidence"; then
    # Compiling ahead needs .NET for that system; a mirror of packages may not have it. What goes in is the same.
    note "$rid: not compiled ahead, the package source has no .NET for it"
    dotnet msbuild eng/product.proj -t:Pack -p:Rid="$rid" -p:AheadOfTime=false -p:ModuleVersion="$version" -v:m -nologo -tl:off \
      >"$evidence" 2>&1 || die "$rid cannot be packed"
    packed+=("$rid!")
  else
    die "$rid cannot be packed"
  fi
  rids+=("$rid")
done
evidence="$work/package.log"
all="$(IFS=+; echo "${rids[*]}")"
dotnet msbuild eng/product.proj -t:Package -p:Rids="$all" -p:ModuleVersion="$version" -v:m -nologo -tl:off >"$evidence" 2>&1 ||
  die "there is no package"
evidence="$work/contents"
python3 "$here/pack.py" "$here/pack.files" "$version" artifacts/pack "${packed[@]}" >"$evidence" 2>&1 || die "something else was packed"
cat "$evidence"

# As Install-PSResource leaves it: without what only the package needs.
evidence="$work/import"
home="$work/modules/NetTraffic/$version"
mkdir -p "$home"
python3 -m zipfile -e "artifacts/pack/NetTraffic.$version.nupkg" "$home"
rm "$home/NetTraffic.nuspec" "$home/[Content_Types].xml"
script="\$env:PSModulePath += ':$work/modules'; Import-Module NetTraffic
  (Get-Command -Module NetTraffic).Count -eq (Import-PowerShellDataFile '$home/NetTraffic.psd1').CmdletsToExport.Count
  (Get-Help Get-NetFlow).Synopsis.Length -gt 10
  (Import-NetCapture '$root/tests/fixtures/sample.pcapng' -StorePath '$work/store').Complete
  [bool] (Get-GeoDatabase -WarningAction Ignore) -eq (Test-Path '$root/module/geo/country.ranges')
  [AppDomain]::CurrentDomain.GetAssemblies().Location -like '*NetTraffic.dll'"
"$pwsh" -NoProfile -NonInteractive -Command "$script" >"$evidence" 2>&1 || die "the package does not work here"
equal "commands, help, an import, and where the module is from" "$(cat "$evidence")" \
  "$(printf 'True\nTrue\nTrue\nTrue\n%s' "$home/module/bin/$own/NetTraffic.dll")"
rm -r "$home/module/bin/$own/"*
if "$pwsh" -NoProfile -NonInteractive -Command "Import-Module '$home/NetTraffic.psd1' -ErrorAction Stop" >"$evidence" 2>&1; then
  die "a package without this system loads"
fi
grep -q "package has nothing for linux" "$evidence" || die "a package without this system does not say so"
echo "zips for ${rids[*]} and one package hold what they should"
