#!/usr/bin/env bash
# Gathers the fonts of the Japanese recipes in one folder: fonts.sh FOLDER
# Debian's fonts-* packages (apt-get, as root) and npm's @expo-google-fonts/* packages; each brings its licence file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
debian="hanazono ipaexfont-gothic ipaexfont-mincho motoya-l-cedar motoya-l-maruberi mplus noto-cjk oradano-mincho-gsrr vlgothic"
npm="biz-udpgothic biz-udpmincho hina-mincho kaisei-opti kaisei-tokumin klee-one noto-serif-jp shippori-mincho yuji-syuku
zen-kaku-gothic-new zen-old-mincho"
# Condensed, very thin and very heavy weights, faces for programs, and what other families have already.
unwanted='HanaMinB|NotoSerifCJK|VL-PGothic|Code|Thin|ExtraLight|Black'

for name in $debian; do
  apt-get install -y -qq --no-install-recommends "fonts-$name" > /dev/null
  mkdir -p "$folder/debian/fonts-$name"
  dpkg -L "fonts-$name" | grep -iE '\.(ttf|otf|ttc)$' | grep -vE "$unwanted" | xargs -r -d '\n' cp -L -t "$folder/debian/fonts-$name"
  cp -L "/usr/share/doc/fonts-$name/copyright" "$folder/debian/fonts-$name/"
done
rm -f "$folder"/debian/fonts-mplus/*ExtraBold*

packages=$(mktemp -d)
cd "$packages"
npm init -y > /dev/null
npm install --silent --ignore-scripts $(printf '@expo-google-fonts/%s ' $npm) @fontsource/noto-serif-hentaigana
for name in $npm; do
  mkdir -p "$folder/npm/$name"
  find "node_modules/@expo-google-fonts/$name" \( -name '*_[4-8]00*.ttf' -o -iname 'LICENSE*' \) -exec cp -t "$folder/npm/$name" {} +
done
mkdir -p "$folder/npm/noto-serif-hentaigana"
cp node_modules/@fontsource/noto-serif-hentaigana/LICENSE "$folder/npm/noto-serif-hentaigana/"
for weight in 400Regular 500Medium 700Bold; do
  python "$here/with_hentaigana.py" "$folder/npm/noto-serif-jp/NotoSerifJP_$weight.ttf" \
    "node_modules/@fontsource/noto-serif-hentaigana/files/noto-serif-hentaigana-kana-extended-${weight:0:3}-normal.woff2" \
    "$folder/npm/noto-serif-hentaigana/NotoSerifJPHentaigana_${weight:0:3}.ttf"
done
rm -r "$packages"
