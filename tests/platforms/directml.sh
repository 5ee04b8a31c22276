#!/usr/bin/env bash
# directml.sh KIT MODEL_FOLDER...
#
# Checks the win-x64 build and DirectML on a Linux machine without a GPU. KIT is a folder with run-windows.sh (runs a published program under Wine;
# --directml makes DirectML compute there) and fetch-directml.sh (brings onnxruntime.dll with DirectML); PLATFORMS_DIR is what its setup.sh made.
#
#   1. directml-check: every MODEL_FOLDER and the embedded model, rewritten where they must be: logits on DirectML against the CPU's.
#   2. engine.exe on paths that are not ASCII.
#   3. engine.exe serve, on the CPU and on DirectML: the official Python client (pip install openai) chats with the embedded model and continues a text with
#      the first MODEL_FOLDER; the same text comes from both.
#
# What is published and fetched goes to .artifacts/platforms. Exit status: 0 when all is as it should be.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
kit=$(cd "$1" && pwd); shift
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd); out=$root/.artifacts/platforms
[ -f "$out/natives/onnxruntime.dll" ] || "$kit/fetch-directml.sh" "$out/natives" >/dev/null
version=$(cat "$out/natives/onnxruntime-node.version")

publish() {   # PROJECT FOLDER
  dotnet publish "$root/$1" -c Release -r win-x64 --self-contained -p:OnnxRuntimePackage=none -p:OnnxRuntimeManagedVersion="$version" -o "$out/$2" -v q --nologo
  cp "$out"/natives/*.dll "$out/$2/"
}
publish tests/platforms/DirectMLCheck check
publish src/Engine.Cli cli

mounts=(--mount "$root/models=/models"); shown=()
for folder in "$@"; do
  folder=$(cd "$folder" && pwd); name=$(basename "$folder")
  mounts+=(--mount "$folder=/given/$name"); shown+=("Z:\\given\\$name")
done
windows() { "$kit/run-windows.sh" --directml "${mounts[@]}" "$@"; }
quiet() { grep -v -e cpuinfo -e InitializeCpuInfo || true; }
bad=0

echo "## Logits"
windows "$out/check" directml-check.exe "${shown[@]}" 'Z:\models\default' 2> >(quiet >&2) || bad=1

echo "## Paths"
odd=$(mktemp -d)/'modèle ü 模型'; mkdir "$odd"; cp -L "$1"/* "$odd/"
windows --mount "$(dirname "$odd")=/odd" "$out/cli" engine.exe inspect 'Z:\odd\modèle ü 模型' 2> >(quiet >&2) | head -2 | grep -F 'modèle ü 模型' || bad=1

echo "## Served"
serve() {   # DEVICE PORT KIND TEXT TOKENS [ARGUMENTS]
  local device=$1 port=$2 kind=$3 text=$4 tokens=$5; shift 5
  windows --port "$port" --path /health --wait 900 --check "python3 '$here/openai-client.py' \"http://127.0.0.1:\$PORT\" $kind '$text' $tokens" \
    "$out/cli" engine.exe serve --runner onnxruntime --device "$device" --urls "http://127.0.0.1:$port" "$@" 2>/dev/null
}
same() {   # WHAT ARGUMENTS
  local what=$1 cpu dml; shift
  cpu=$(serve cpu 5191 "$@"); dml=$(serve dml 5192 "$@")
  if [ -n "$cpu" ] && [ "$cpu" = "$dml" ]; then echo "same text on both, $what: $dml"; else echo "BAD, $what: cpu: $cpu, dml: $dml"; bad=1; fi
}
same "${shown[0]}" completion 'Once upon a time' 40 --model "${shown[0]}"
same 'embedded model, chat' chat 'Name three colours.' 6
exit $bad
