#!/usr/bin/env bash
# Gathers fonts with polytonic Greek, each with its licence: fonts.sh FOLDER (Debian's packages; apt-get, as root)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
apt-get install -y -qq --no-install-recommends $(cat "$here/fonts-debian.txt") > /dev/null
for package in $(cat "$here/fonts-debian.txt"); do
  mkdir -p "$folder/$package"
  # What has no Greek is left out later, by the recipe's least coverage; of Noto's hundreds only these three have it.
  dpkg -L "$package" | grep -iE '\.(ttf|otf)$' | grep -vE 'Garamond(SC|-Init)|-Thin|-Black' |
    { [ "$package" = fonts-noto-core ] && grep -E 'Noto(Serif|Sans|SerifDisplay)-' || cat; } |
    xargs -r -d '\n' cp -L -t "$folder/$package"
  cp -L "/usr/share/doc/$package/copyright" "$folder/$package/"
done
