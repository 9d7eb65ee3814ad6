"""The rows: one file per noun. They are shared by all books, so none has a book_id."""

from network.models.comune import ComuneRow
from network.models.info_card import InfoCardRow
from network.models.invoicing import MandataryRow, ProviderInvoicingRow
from network.models.provider import ProviderRow, ProviderStateRow
from network.models.provider_account import ProviderAccountRow
from network.models.provider_contact import ProviderContactRow
from network.models.qualification_record import QualificationRecordRow
from network.models.service import ServicePriceRow, ServiceRow
from network.models.territory import TerritoryRow
from network.models.unmet_search import UnmetSearchRow

__all__ = [
    "ComuneRow",
    "InfoCardRow",
    "MandataryRow",
    "ProviderAccountRow",
    "ProviderContactRow",
    "ProviderInvoicingRow",
    "ProviderRow",
    "ProviderStateRow",
    "QualificationRecordRow",
    "ServicePriceRow",
    "ServiceRow",
    "TerritoryRow",
    "UnmetSearchRow",
]
