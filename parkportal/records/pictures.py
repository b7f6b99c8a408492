"""Pictures are drawn again before they are kept: nothing hidden in the file, no place and camera data, no bomb."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from parkportal.states import Refused

PIXEL_LIMIT = 50_000_000
SIDE_LIMIT = 3000
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


def redraw(data: bytes, code: str) -> bytes:
    """The same picture, upright, without metadata, its longer side at most SIDE_LIMIT pixels.

    Raises Refused `picture_too_large` beyond PIXEL_LIMIT and `picture_broken` when it cannot be drawn.
    """
    try:
        with Image.open(io.BytesIO(data), formats=[_FORMATS[code]]) as picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((SIDE_LIMIT, SIDE_LIMIT))
            return _encode(upright, code)
    except Image.DecompressionBombError as exc:
        raise Refused("picture_too_large", "图片太大，请缩小到 5000 万像素以内再上传。") from exc
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as exc:
        raise Refused("picture_broken", "图片打不开，可能没有传完整。请重新拍一张或另存后再上传。") from exc


def _encode(picture: Image.Image, code: str) -> bytes:
    mode = "RGB" if code == "jpeg" or picture.mode not in {"RGBA", "LA", "P", "L", "1"} else picture.mode
    clean = picture.convert(mode)
    clean.info = {"transparency": clean.info["transparency"]} if "transparency" in clean.info else {}
    out = io.BytesIO()
    clean.save(out, _FORMATS[code], **({"quality": 85} if code != "png" else {"optimize": True}))
    return out.getvalue()
