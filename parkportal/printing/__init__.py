"""What the portal prints: barcodes, label sheets, posters, boards, sheets and forms, drawn from plain dataclasses."""
