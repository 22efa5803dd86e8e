import pytest
import torch

from seq.layers.products import times_transposed


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_sums_of_products(dtype, enabled, monkeypatch):
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(*shape, generator=generator, dtype=dtype) for shape in ((5, 7), (3, 7)))
    expected = (a.double().unsqueeze(1) * b.double()).sum(2)
    if not enabled:
        monkeypatch.setattr("seq.layers.products._LINEAR", None)
    for left in (a, a.t().contiguous().t(), torch.cat([a, a], dim=1)[:, :7]):
        for right in (b, b.t().contiguous().t(), torch.cat([b, b], dim=1)[:, :7]):
            # Seven terms in the precision of the input.
            got = times_transposed(left, right)
            assert got.dtype == dtype
            torch.testing.assert_close(got.double(), expected, rtol=0, atol=50 * torch.finfo(dtype).eps)
