"""Handing vectors to the tables, tools and hubs of others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from w2v.vectors.exports import hub, static_model, tables, tensorboard
from w2v.vectors.formats import files
from w2v.vectors.formats.vector_data import VectorData
from w2v.vectors.table import VectorTable

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class ExportMixin(VectorTable):
    """What makes other libraries' tables and folders of a table.

    Of the table it needs its contents, and :meth:`_new` to make another.
    """

    def _contents(self) -> VectorData:
        return VectorData(self._words, self._matrix.astype(np.float32, copy=False), self._counts)

    def to_arrow(self) -> pyarrow.Table:
        """Make an Arrow table: columns ``word``, ``count`` if there are counts, and ``vector``.

        Returns
        -------
        pyarrow.Table
            Vectors are lists of fixed size, and those of this table, not a copy.
        """
        return tables.to_arrow(self._contents())

    def to_polars(self) -> polars.DataFrame:
        """Make a polars DataFrame of the columns of :meth:`to_arrow`; ``vector`` is an Array.

        Raises
        ------
        ImportError
            No polars is installed.
        """
        return tables.to_polars(self._contents())

    def to_pandas(self) -> pandas.DataFrame:
        """Make a pandas DataFrame with the words as index and a column a dimension.

        Returns
        -------
        pandas.DataFrame
            Columns 0, 1, … are the vectors of this table, which cannot be written to through it;
            ``count`` stands before them if there are counts.

        Raises
        ------
        ImportError
            No pandas is installed.
        """
        return tables.to_pandas(self._contents())

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write a Parquet file of the columns of :meth:`to_arrow`, which :meth:`load` reads.

        Parameters
        ----------
        path : str or path
        """
        files.save(self._contents(), path, "parquet")

    def to_tensorboard(self, path: str | os.PathLike[str]) -> list[Path]:
        """Write the two files of TensorBoard's embedding projector.

        Parameters
        ----------
        path : str or path
            Of the vectors, such as ``vectors.tsv``; words, and their counts if there are any, go
            to ``vectors.metadata.tsv``.  Tabs and line ends in words are written as escapes.

        Returns
        -------
        list of Path
            Both.
        """
        return tensorboard.write_projector(self._contents(), path)

    def to_sentence_transformers(
        self, folder: str | os.PathLike[str], *, lowercase: bool = False
    ) -> None:
        """Write a folder that ``SentenceTransformer(folder)`` loads, and model2vec's StaticModel.

        A text is there the mean of its words' vectors, a word its own vector.  Words are what
        white space separates, and those that are not here count nothing.

        Parameters
        ----------
        folder : str or path
            Written as a whole; :meth:`load` reads it back.
        lowercase : bool, default False
            Put texts in lower case first, as the text was that these vectors were trained on.

        Raises
        ------
        VectorFormatError
            The folder holds something else.
        """
        static_model.write_static_model(self._contents(), folder, lowercase=lowercase)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        private: bool = False,
        token: str | None = None,
        commit_message: str = "Upload word vectors",
        lowercase: bool = False,
    ) -> str:
        """Upload the folder of :meth:`to_sentence_transformers` to the Hugging Face Hub.

        Parameters
        ----------
        repo_id : str
            ``"user/name"``; made if it is not there.
        private : bool, default False
            Of a repository that is made.
        token : str, optional
            By default that of ``hf auth login``.
        commit_message : str
        lowercase : bool, default False
            See :meth:`to_sentence_transformers`.

        Returns
        -------
        str
            Where the commit is to be seen.

        Raises
        ------
        ImportError
            No huggingface_hub is installed.
        """
        how: dict[str, Any] = {"message": commit_message, "lowercase": lowercase}
        return hub.push(self._contents(), repo_id, private=private, token=token, **how)

    @classmethod
    def from_hub(
        cls,
        repo_id: str,
        filename: str | None = None,
        *,
        revision: str | None = None,
        token: str | None = None,
    ) -> Self:
        """Load vectors from the Hugging Face Hub.

        Parameters
        ----------
        repo_id : str
            ``"user/name"``.
        filename : str, optional
            Of a file of vectors there, in any format of :meth:`load`; by default the repository
            is what :meth:`push_to_hub` writes.
        revision : str, optional
            A branch, tag or commit.
        token : str, optional
            By default that of ``hf auth login``.

        Returns
        -------
        KeyedVectors

        Raises
        ------
        ImportError
            No huggingface_hub is installed.
        VectorFormatError
            What is there holds no vectors that can be read.
        """
        found = hub.fetch(repo_id, filename, revision, token)
        return cls._new(*files.load(found))
