"""2,000 tube labels to PDF on the sheet of 52; then every one is read back from the rendered pages."""

import time

MOST_SECONDS, TUBES = 10, 1_000


def run() -> bool:
    """Print the seconds and how many codes an independent reader finds; True when all are found in time."""
    import django

    django.setup()
    from parkportal.identifiers import luhn_digit
    from parkportal.printing.labels import NO_OFFSET
    from parkportal.printing.tests.reading import codes, pages
    from testing.papers import labels_of_run

    digits = [f"200218{serial:05d}" for serial in range(1, TUBES + 1)]
    wanted = [f"YL{one}{luhn_digit(one)}" for one in digits]
    began = time.perf_counter()
    pdf = labels_of_run(wanted, "a4-4x13", NO_OFFSET, "A1")
    took = time.perf_counter() - began
    found = [code for page in pages(pdf) for code in codes(page)]
    is_right = sorted(found) == sorted(2 * wanted)
    print(f"labels: {2 * TUBES} labels in {took:.1f} s (≤ {MOST_SECONDS}), {len(found)} read back")
    return took <= MOST_SECONDS and is_right
