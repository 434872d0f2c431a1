#!/usr/bin/env bash
# Installs the system packages of apt.txt that are missing: `install-system.sh run|test`.
# On Debian and Ubuntu by apt-get, as root or with sudo; elsewhere it names what to install.
set -euo pipefail
cd "$(dirname "$0")"
want=$1
packages=$(sed -n '/^# tests/q;/^[^#]/p' apt.txt)
[ "$want" = test ] && packages=$(sed -n '/^[^#]/p' apt.txt)
# A Python without its venv module (Debian splits it off) cannot make .venv.
"${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"

if command -v dpkg-query >/dev/null; then
  missing=()
  for package in $packages; do
    # Newer releases rename libraries for 64-bit time (libfoo0 -> libfoo0t64); either will do.
    # dpkg-query fails where it does not know one of the two, which is the usual case.
    { dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null || true; } | grep 'install ok installed' >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && exit 0
  echo "installing: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Run as root or install sudo, or run: apt-get install ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
elif command -v brew >/dev/null; then
  for formula in pango font-noto-sans-cjk; do
    brew list "$formula" >/dev/null 2>&1 || { echo "Missing: $formula. Run: brew install pango && brew install --cask font-noto-sans-cjk font-noto-serif-cjk font-lxgw-wenkai" >&2; exit 1; }
  done
else
  echo "Unknown system. Install by hand what these Debian packages hold: $(echo $packages)" >&2
fi
