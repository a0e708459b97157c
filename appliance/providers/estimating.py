"""What it will cost to look at pictures, before it is done."""

from dataclasses import dataclass
from datetime import datetime

from appliance.vision import asking, budgets
from appliance.vision.chain import Chain


@dataclass(frozen=True, slots=True)
class Estimate:
    """For so many pictures, by the first of the chain that may be asked. `each` and `cost` are in millionths of a US
    dollar: what its answers cost lately where that is `measured`, else the most that one may cost."""

    images: int
    provider: str
    model: str
    each: int
    measured: bool

    @property
    def cost(self) -> int:
        return self.each * self.images

    def __str__(self) -> str:
        images = f"{self.images:,} picture{'s' * (self.images != 1)}"
        if not self.cost:
            return f"{images} by {self.provider}, which costs nothing here."
        how = "as its answers cost lately" if self.measured else "at most, since none was measured yet"
        each, whole = self.each / budgets.DOLLAR, self.cost / budgets.DOLLAR
        return f"{images} by {self.provider} ({self.model}): about ${whole:,.2f}, ${each:.4f} each {how}."


def estimate(chain: Chain | None, tenant_id: int, images: int, moment: datetime) -> Estimate:
    """Pictures that were described before cost nothing again, and are for the caller to leave out."""
    first = chain.first if chain else None
    if chain is None or first is None:
        return Estimate(images, "nobody", "", 0, measured=False)
    provider = first.provider
    with chain.database.reading(tenant_id) as session:
        mean = budgets.mean(session, tenant_id, asking.key_of(provider), moment) if first.most_cost else None
    each = mean.cost if mean else first.most_cost
    return Estimate(images, first.name, provider.model, each, measured=mean is not None)
