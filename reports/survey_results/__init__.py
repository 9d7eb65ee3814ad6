"""The results of a survey that is closed: what of its counts may be shown, on a page, as CSV and as a workbook."""

from reports.survey_results.model import Answered, Choice, SurveyResults
from reports.survey_results.query import gather

__all__ = ["Answered", "Choice", "SurveyResults", "gather"]
