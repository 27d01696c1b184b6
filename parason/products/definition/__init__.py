"""What a product is, read from its folder: product.toml, tables, terms.
Checked whole before anything is sold.
"""

from parason.products.definition.model import Definition
from parason.products.definition.questions import Choice, Question, QuestionType
from parason.products.definition.reading import Problem, ProductBroken, read_product

__all__ = ["Choice", "Definition", "Problem", "ProductBroken", "Question", "QuestionType", "read_product"]
