#!/bin/sh
# Prints the path of a Chromium or Chrome that starts; installs one by the system's package manager if there is none.
#   scripts/chromium.sh          find, else install, else fail
#   scripts/chromium.sh --find   find, else fail
# UNROLLED_CHROMIUM names the program to use; then no other is looked for.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# A program that is there may still not start: a stub that points to a store, a half-removed package.
find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "${HOME:-}/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if "$path" --version >/dev/null 2>&1; then
            printf '%s\n' "$path"
            return 0
        fi
        say "$path is there but does not start"
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        fail "installing a browser needs root, and there is no sudo. As root: $*"
    fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }

# Without fonts a headless browser draws boxes; the emoji font is worth having, not worth failing for.
install_chromium() {
    if has apt-get; then
        apt update || say "apt-get update failed: going on with the lists that are there"
        apt install -y --no-install-recommends chromium fonts-dejavu-core fonts-liberation ||
            apt install -y --no-install-recommends chromium-browser fonts-dejavu-core fonts-liberation || return 1
        apt install -y --no-install-recommends fonts-noto-color-emoji || say "no emoji font: going on without"
    elif has dnf; then
        as_root dnf install -y chromium dejavu-sans-fonts liberation-fonts
    elif has pacman; then
        as_root pacman -Sy --needed --noconfirm chromium ttf-dejavu ttf-liberation
    elif has brew; then
        brew install --cask google-chrome
    else
        fail "no Chromium or Chrome here, and none of apt-get, dnf, pacman and brew to install it with." \
            "Install one, or set UNROLLED_CHROMIUM to its path"
    fi
}

if [ -n "${UNROLLED_CHROMIUM:-}" ]; then
    path=$(command -v "$UNROLLED_CHROMIUM") && "$path" --version >/dev/null 2>&1 ||
        fail "UNROLLED_CHROMIUM=$UNROLLED_CHROMIUM does not start"
    printf '%s\n' "$path"
    exit 0
fi
find_chromium && exit 0
[ "${1:-}" = "--find" ] && fail "no Chromium or Chrome found. Install one with: make chromium"
say "no Chromium or Chrome found: installing one"
install_chromium >&2 || fail "the package manager could not install Chromium. Install Chromium or Chrome, or set UNROLLED_CHROMIUM to its path"
find_chromium || fail "Chromium was installed but does not start. Set UNROLLED_CHROMIUM to one that does"
