# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/images/*: small pictures of every kind that is decoded, and what an independent
decoder says they hold (images.json). Pillow 12 with its own libjpeg-turbo and zlib.

JPEG may differ by 1 a value: decoders round the last step of the inverse DCT and of the colour
conversion each in their way (ITU-T T.83 allows as much); everything else is exact."""
import json
import pathlib
import struct
import zlib

from PIL import Image

here = pathlib.Path(__file__).resolve().parent / "images"
W, H = 13, 9


def smooth(mode):
    n = {"L": 1, "RGB": 3, "RGBA": 4, "LA": 2, "CMYK": 4}[mode]
    image = Image.new(mode, (W, H))
    image.putdata([tuple((x * 19 * (c + 1) + y * 27 + c * 40) % 256 for c in range(n)) if n > 1
                   else (x * 19 + y * 27) % 256 for y in range(H) for x in range(W)])
    return image


rows = []


def add(name, image, expected=None, tolerance=0, **save):
    image.save(here / name, **save)
    shown = expected if expected is not None else Image.open(here / name)
    if shown.mode not in ("L", "RGB"):
        shown = shown.convert("RGB")
    rows.append({"file": name, "width": shown.width, "height": shown.height,
                 "channels": len(shown.getbands()), "tolerance": tolerance,
                 "pixels": shown.tobytes().hex()})


def over_white(image):
    """(c a + 255 (255 - a) + 127) // 255"""
    *colours, alpha = image.split()
    a = alpha.tobytes()
    bands = [bytes((c * x + 255 * (255 - x) + 127) // 255 for c, x in zip(b.tobytes(), a))
             for b in colours]
    mode = "L" if len(bands) == 1 else "RGB"
    return Image.frombytes(mode, image.size, bytes(v for p in zip(*bands) for v in p))


here.mkdir(exist_ok=True)
add("grey.png", smooth("L"))
add("colour.png", smooth("RGB"))
add("alpha.png", smooth("RGBA"), over_white(smooth("RGBA")))
add("grey-alpha.png", smooth("LA"), over_white(smooth("LA")))
palette = smooth("RGB").quantize(16)
add("palette.png", palette, palette.convert("RGB"))
bits = smooth("L").point(lambda v: 255 if v > 127 else 0).convert("1")
add("bits.png", bits, bits.convert("L"))
deep = Image.new("I;16", (W, H))
deep.putdata([(i * 577) % 65536 for i in range(W * H)])
add("deep.png", deep, Image.frombytes("L", (W, H), bytes((((i * 577) % 65536) * 255 + 32895) >> 16
                                                         for i in range(W * H))))
add("grey.jpg", smooth("L"), tolerance=1, quality=90)
add("colour.jpg", smooth("RGB"), tolerance=1, quality=90, subsampling=0)
add("subsampled.jpg", smooth("RGB"), tolerance=1, quality=85, subsampling=2)
add("progressive.jpg", smooth("RGB"), tolerance=1, quality=90, progressive=True)
add("cmyk.jpg", smooth("CMYK"), tolerance=2, quality=95)
for o in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = o
    name = f"turned-{o}.jpg"
    smooth("RGB").save(here / name, quality=90, exif=exif, subsampling=0)
    turn = {2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
            4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE],
            6: [Image.Transpose.ROTATE_270], 7: [Image.Transpose.TRANSVERSE],
            8: [Image.Transpose.ROTATE_90]}[o]
    shown = Image.open(here / name)
    for t in turn:
        shown = shown.transpose(t)
    rows.append({"file": name, "width": shown.width, "height": shown.height, "channels": 3,
                 "tolerance": 1, "pixels": shown.tobytes().hex()})
add("colour.bmp", smooth("RGB"))
add("grey.bmp", smooth("L"))
add("palette.bmp", palette, palette.convert("RGB"))
add("bits.bmp", bits, bits.convert("L"))
add("grey.pgm", smooth("L"))
add("colour.ppm", smooth("RGB"))
add("bits.pbm", bits, bits.convert("L"))
(here / "text.pgm").write_bytes(b"P2 # text\n3 2\n# a comment\n100\n0 50 100\n25 75 99\n")
rows.append({"file": "text.pgm", "width": 3, "height": 2, "channels": 1, "tolerance": 0,
             "pixels": bytes((v * 255 + 50) // 100 for v in (0, 50, 100, 25, 75, 99)).hex()})
# Adam7, which Pillow reads but does not write
raw = b""
for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                       (1, 0, 2, 2), (0, 1, 1, 2)):
    for y in range(y0, H, dy):
        raw += b"\0" + bytes((x * 19 + y * 27) % 256 for x in range(x0, W, dx))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


(here / "interlaced.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 8, 0, 0, 0, 1)) +
    chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
shown = Image.open(here / "interlaced.png")
rows.append({"file": "interlaced.png", "width": W, "height": H, "channels": 1, "tolerance": 0,
             "pixels": shown.tobytes().hex()})
(here / "images.json").write_text(json.dumps({"version": 1, "images": rows}, indent=0) + "\n")
