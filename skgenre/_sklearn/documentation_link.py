"""Where the documentation of the public classes stands, for scikit-learn's HTML diagrams."""

API_PAGE = "https://skgenre.readthedocs.io/en/latest/generated/skgenre.{name}.html"


class DocumentationLinkMixin:
    """Makes scikit-learn's HTML diagram of an estimator link to its page of this documentation.

    Classes that others derive have no page there: scikit-learn makes a link only where the class
    itself is of the module named here.
    """

    _doc_link_module = "skgenre"
    _doc_link_template = API_PAGE

    def _doc_link_url_param_generator(self):
        return {"name": type(self).__name__}
