"""The models: layers put together."""

from w2v.models.base import ContextModel, Model
from w2v.models.cbow import CBOW
from w2v.models.skip_gram import SkipGram
from w2v.models.softmax_cbow import SoftmaxCBOW

__all__ = ["CBOW", "ContextModel", "Model", "SkipGram", "SoftmaxCBOW"]
