"""Files that nobody should trust: each loads whole, or is refused in one ValueError."""

import io
import re
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from skgenre.datasets import _excerpts_npz, _npz_header, load_excerpts_npz
from tests.helpers.hostile import mutate

RNG = np.random.default_rng(0)
TRAIN = RNG.standard_normal((4, 6)).astype(np.float32)
TEST = RNG.standard_normal((2, 6)).astype(np.float32)
TRAIN_BYTES = TRAIN.tobytes()

FLAGS, METHOD, CRC, STORED_BYTES, DECLARED_BYTES, OFFSET = 8, 10, 16, 20, 24, 42


def npz(train=TRAIN, test=TEST, save=np.savez, **others):
    file = io.BytesIO()
    arrays = {"train": train, "test": test} | others
    save(file, **{name: array for name, array in arrays.items() if array is not None})
    return file.getvalue()


def npy(header, values=TRAIN_BYTES, version=(1, 0), declared_length=None):
    header = header.encode("latin1")
    length = len(header) if declared_length is None else declared_length
    packed = struct.pack("<H" if version == (1, 0) else "<I", length)
    return b"\x93NUMPY" + bytes(version) + packed + header + values


def with_train(content, method=zipfile.ZIP_STORED):
    """Return an archive whose train.npy holds `content`."""
    file = io.BytesIO(npz(train=None))
    with zipfile.ZipFile(file, "a", method) as archive:
        archive.writestr("train.npy", content)
    return file.getvalue()


def with_header(header, **options):
    return with_train(npy(header, **options))


def header(descr="'<f4'", shape="(4, 6)", fortran_order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n"


def patched(field, value, layout="<I", content=None, name=b"train.npy"):
    """Return an archive with one field of a member's directory entry changed."""
    content = bytearray(npz() if content is None else content)
    entry = content.rindex(name) - 46
    assert content[entry : entry + 4] == b"PK\1\2"
    struct.pack_into(layout, content, entry + field, value)
    return bytes(content)


def twice_train():
    return npz(tramp=TRAIN).replace(b"tramp.npy", b"train.npy")


def many_members():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(1000):
            archive.writestr(f"{number}.npy", b"")
    return file.getvalue()


def prepended():
    return b"#!/bin/sh\n" + npz()


def bomb():
    """256 MiB of zeros in 256 KiB, of which the header and the directory admit 96 bytes."""
    content = with_train(npy(header(), bytes(2**28)), zipfile.ZIP_DEFLATED)
    return patched(DECLARED_BYTES, len(npy(header())), content=content)


def honest_bomb():
    """256 MiB of zeros in 256 KiB, all of them declared."""
    zeros = npy(header(shape="(64, 1048576)"), bytes(2**28))
    return with_train(zeros, zipfile.ZIP_DEFLATED)


def short_stream():
    """Half of the excerpts that the header and the directory declare."""
    content = with_train(npy(header(), TRAIN_BYTES[:48]), zipfile.ZIP_DEFLATED)
    return patched(DECLARED_BYTES, len(npy(header())), content=content)


def begins_with_the_last_byte():
    """A local header, 30 bytes and the name, that puts the first array behind the file."""
    content = bytearray(npz())
    struct.pack_into("<H", content, 28, 2**16 - 1)
    return bytes(content)


def zip64():
    content = npz()
    return content[:-22] + b"PK\6\7" + bytes(16) + content[-22:]


def declares_less():
    return patched(DECLARED_BYTES, 9000, content=npz(TRAIN.repeat(100, axis=0)))


def huge(shape):
    return with_header(header(shape=shape))


NO_ARCHIVE = (
    r"^{}it is not a zip archive, it is truncated, or it has a comment or a zip64 directory\.$"
)

HOSTILE = {
    "empty": (b"", "only 0 bytes"),
    "no members": (npz(None, None), "exactly one array named 'train', got 0"),
    "text": (b"train, test\n" * 9, NO_ARCHIVE),
    "npy": (npy(header()), "not a zip archive"),
    "without its end": (npz()[:-1], "not a zip archive"),
    "half": (npz()[: len(npz()) // 2], "not a zip archive"),
    "with a comment": (npz()[:-2] + b"\2\0hi", "not a zip archive"),
    "without its comment": (npz()[:-2] + b"\2\0", NO_ARCHIVE),
    "zip64": (zip64(), NO_ARCHIVE),
    "prepended": (
        prepended(),
        r"^{}its zip directory is not where the end of the file says\.$",
    ),
    "many members": (many_members(), "zip directory takes"),
    "no arrays": (npz(None, None, other=TEST), "exactly one array named 'train', got 0"),
    "no train": (npz(train=None), "exactly one array named 'train', got 0"),
    "no test": (npz(test=None), "exactly one array named 'test', got 0"),
    "two of train": (twice_train(), "exactly one array named 'train', got 2"),
    "odd train": (npz(TRAIN[:3]), "even number of excerpts, half of each class, got 3"),
    "odd test": (npz(test=TEST[:1]), "even number of excerpts, half of each class, got 1"),
    "one dimension": (npz(TRAIN[0]), r"2 dimensions, got the shape \(6,\)"),
    "no dimensions": (npz(np.float32(1)), r"2 dimensions, got the shape \(\)"),
    "three dimensions": (npz(TRAIN[..., None]), r"2 dimensions, got the shape \(4, 6, 1\)"),
    "no rows": (npz(TRAIN[:0]), r"rows and columns, got the shape \(0, 6\)"),
    "no columns": (npz(TRAIN[:, :0]), r"rows and columns, got the shape \(4, 0\)"),
    "different widths": (npz(test=TEST[:, :5]), "equally long excerpts, got 6 and 5 timesteps"),
    "NaN": (npz(TRAIN * np.float32("nan")), "train.npy must be finite"),
    "infinity": (npz(test=np.full_like(TEST, np.inf)), "test.npy must be finite"),
    "too large for float32": (npz(np.full((4, 6), 1e300)), "finite as float32"),
    # Bits of a NaN that processors do not pass on in silence.
    "signalling NaN": (
        npz(np.full((4, 6), 0x7FF0000000000001, np.uint64).view(np.float64)),
        "finite as float32",
    ),
    "integers": (npz(TRAIN.astype(np.int16)), "float16, float32 or float64, got '<i2'"),
    "complex": (npz(TRAIN.astype(complex)), "float16, float32 or float64, got '<c16'"),
    "strings": (npz(TRAIN.astype(str)), "float16, float32 or float64, got '<U"),
    "structured": (npz(TRAIN.view("f4,f4")), r"float16, float32 or float64, got \["),
    "dates": (npz(TRAIN.view("M8[s]")), "float16, float32 or float64, got '<M8"),
    "long double": (with_header(header("'<f16'")), "float16, float32 or float64, got '<f16'"),
    "float of no size": (with_header(header("'<f9'")), "float16, float32 or float64, got '<f9'"),
    "object": (with_header(header("'|O'")), "float16, float32 or float64, got '.O'"),
    "encrypted": (patched(FLAGS, 1, "<H"), "train.npy is encrypted"),
    "strongly encrypted": (patched(FLAGS, 0x40, "<H"), "strong encryption"),
    "patch data": (patched(FLAGS, 0x20, "<H"), "compressed patched data"),
    "lzma": (with_train(npy(header()), zipfile.ZIP_LZMA), "compression method 14"),
    "bzip2": (with_train(npy(header()), zipfile.ZIP_BZIP2), "compression method 12"),
    "unknown compression": (patched(METHOD, 99, "<H"), "compression method 99"),
    "stored as deflated": (patched(METHOD, 8, "<H"), "."),
    "wrong checksum": (patched(CRC, 0), "Bad CRC-32"),
    "declares more": (patched(DECLARED_BYTES, 2**20), "can hold at most 224"),
    "declares more than deflates": (
        patched(DECLARED_BYTES, 2**22, content=npz(save=np.savez_compressed)),
        "can hold at most",
    ),
    "declares less": (declares_less(), "takes 9728 bytes, but has 9000"),
    "stream that ends early": (short_stream(), "train.npy ends before the size that it declares"),
    # zipfile itself looks for overlaps since Python 3.11.8.
    "local header past the end": (
        begins_with_the_last_byte(),
        r"^{}(it ends early\.|Overlapped entries: 'train.npy' \(possible zip bomb\))$",
    ),
    "reaches past the end": (patched(STORED_BYTES, 2**30), "zip directory begins at"),
    "begins past the end": (patched(OFFSET, 2**31), "zip directory begins at"),
    "begins elsewhere": (patched(OFFSET, 1), "."),
    "is the other array": (patched(OFFSET, 0, name=b"test.npy"), "differ"),
    "not an npy": (with_train(b"train, test\n" * 20), "magic string"),
    "empty member": (with_train(b""), "magic string"),
    "npy version 3": (with_header(header(), version=(3, 0)), r"version \(3, 0\)"),
    "npy version 9": (with_header(header(), version=(9, 0)), r"version \(9, 0\)"),
    "without a header": (with_train(b"\x93NUMPY\1\0"), "."),
    "header past the end": (with_header(header(), declared_length=60_000), "of a plain array"),
    "endless header": (with_header(header(), version=(2, 0), declared_length=2**32 - 1), "header"),
    "long header": (with_header(header() + " " * 2000), "header"),
    "no header": (with_header(""), "."),
    "no dict": (with_header("[1, 2]\n"), "train.npy must have the npy header of a plain array"),
    "no shape": (
        with_header("{'descr': '<f4', 'fortran_order': False}\n"),
        "header of a plain array",
    ),
    "code": (with_header(header(shape="__import__('os').getpid()")), "."),
    "unbalanced": (with_header("{'descr': '<f4', 'shape': ((((((((\n"), "."),
    "deep": (with_header("(" * 300 + ")" * 300), "."),
    "signs": (with_header("-" * 480 + "1"), "."),
    "unknown dtype": (with_header(header("'nonsense'")), "got 'nonsense'"),
    "dtype that divides by zero": (with_header(header("'m8[s/0]'")), "got 'm8"),
    "dtype of code": (with_header(header("'f4,('")), "."),
    "float shape": (with_header(header(shape="(4.0, 6)")), "header of a plain array"),
    "negative shape": (huge("(-4, -6)"), "header of a plain array"),
    "shape of booleans": (huge("(True, 24)"), "header of a plain array"),
    "huge shape": (huge("(10**9, 10**9)"), "."),
    "larger shape": (huge("(1000000000, 1000000000)"), "takes 40000000000000000.. bytes"),
    "overflowing shape": (huge("(4611686018427387, 2048)"), "takes"),
    "bomb": (bomb(), "."),
    "honest bomb": (honest_bomb(), "more than 100 times"),
}


def check(path, message="."):
    """See that a file is refused; `message` is of the reason, or of all where it has a {}."""
    beginning = re.escape(f"Cannot load excerpts from {str(path)!r}: ")
    pattern = message.replace("{}", beginning) if "{}" in message else f"{beginning}.*{message}"
    with pytest.raises(ValueError, match=pattern):
        load_excerpts_npz(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "excerpts.npz"


def test_the_valid_file_loads(path):
    path.write_bytes(npz())
    assert np.array_equal(load_excerpts_npz(path).X_train, TRAIN)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_without_taking_memory(path, name):
    content, message = HOSTILE[name]
    path.write_bytes(content)
    tracemalloc.start()
    try:
        check(path, message)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3e6


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("shape", ["(4, 6)", "(4L, 6L)"])
@pytest.mark.parametrize("padding", ["", " " * 50, " " * 400])
def test_headers_as_any_numpy_wrote_them_load_silently(path, version, shape, padding):
    text = header(shape=shape).replace("\n", padding + "\n")
    path.write_bytes(with_header(text, version=version))
    assert np.array_equal(load_excerpts_npz(path).X_train, TRAIN)


def test_a_few_megabytes_of_silence_load_however_small_the_file(path):
    silence = np.zeros((4, 2**18), np.float32)
    path.write_bytes(npz(silence, silence, save=np.savez_compressed))
    assert path.stat().st_size < silence.nbytes / 400
    assert np.array_equal(load_excerpts_npz(path).X_train, silence)


def test_a_pickle_is_never_run(path):
    np.savez(path, train=np.array([[print, "loaded"]] * 2, dtype=object), test=TEST)
    check(path, "got '.O'")


def test_arrays_beyond_the_bound_are_refused(path, monkeypatch):
    path.write_bytes(npz())
    monkeypatch.setattr(_npz_header, "MAX_TOTAL_BYTES", 399)
    check(path, "declare 400 bytes, more than 399 in total")
    monkeypatch.setattr(_npz_header, "MAX_TOTAL_BYTES", 400)
    load_excerpts_npz(path)


def test_the_zip_directory_may_be_as_large_as_the_bound(path, monkeypatch):
    content = npz()
    (n_bytes,) = struct.unpack_from("<I", content, len(content) - 10)
    path.write_bytes(content)
    monkeypatch.setattr(_excerpts_npz, "MAX_DIRECTORY_BYTES", n_bytes)
    assert np.array_equal(load_excerpts_npz(path).X_train, TRAIN)
    monkeypatch.setattr(_excerpts_npz, "MAX_DIRECTORY_BYTES", n_bytes - 1)
    check(path, f"zip directory takes {n_bytes} bytes, more than {n_bytes - 1}")


def test_arrays_may_be_as_dense_as_the_bound(path, monkeypatch):
    path.write_bytes(npz(TRAIN * 0, save=np.savez_compressed))
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    declared, stored = (sum(getattr(i, n) for i in infos) for n in ("file_size", "compress_size"))
    monkeypatch.setattr(_npz_header, "_MAX_GROWTH", 1)
    monkeypatch.setattr(_npz_header, "_MAX_BYTES_OF_FEW", declared)
    assert not load_excerpts_npz(path).X_train.any()
    monkeypatch.setattr(_npz_header, "_MAX_BYTES_OF_FEW", declared - 1)
    check(path, f"declare {declared} bytes, more than 1 times the {stored} bytes")


def test_a_stream_longer_than_declared_is_read_only_as_far_as_declared(path):
    longer = npy(header(), TRAIN.tobytes() + bytes(2**22))
    content = with_train(longer, zipfile.ZIP_DEFLATED)
    declared = npy(header())
    content = patched(DECLARED_BYTES, len(declared), content=content)
    path.write_bytes(patched(CRC, zlib.crc32(declared), content=content))
    tracemalloc.start()
    assert np.array_equal(load_excerpts_npz(path).X_train, TRAIN)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2e6


def test_folders_and_missing_files_stay_os_errors(tmp_path):
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):
        load_excerpts_npz(tmp_path)
    with pytest.raises(FileNotFoundError):
        load_excerpts_npz(tmp_path / "missing.npz")


def load_or_refuse(path):
    """Return whether the file at `path` loaded."""
    try:
        data = load_excerpts_npz(path)
    except ValueError:
        check(path)
        return False
    for X, y in ((data.X_train, data.y_train), (data.X_test, data.y_test)):
        assert X.ndim == 2
        assert X.dtype == np.float32
        assert len(X) == len(y)
        assert np.isfinite(X).all()
    assert data.X_train.shape[1] == data.X_test.shape[1]
    return True


@pytest.mark.parametrize(
    "n_mutations", [200, pytest.param(10_000, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_mutated_files_load_whole_or_are_refused(path, save, n_mutations):
    rng = np.random.default_rng(0)
    valid = npz(save=save)
    n_loaded = 0
    tracemalloc.start()
    for _ in range(n_mutations):
        path.write_bytes(mutate(valid, rng))
        n_loaded += load_or_refuse(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6
    assert 0 < n_loaded < n_mutations / 2


@pytest.mark.parametrize(
    "n_mutations", [200, pytest.param(10_000, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
def test_mutated_npy_headers_load_whole_or_are_refused(path, n_mutations):
    rng = np.random.default_rng(0)
    valid = npy(header(), b"")
    for _ in range(n_mutations):
        path.write_bytes(with_train(mutate(valid, rng) + TRAIN_BYTES))
        load_or_refuse(path)
