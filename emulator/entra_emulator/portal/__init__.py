"""The administrator's side of the local Entra, in a browser.

Names, labels and the order of steps are those of Entra's own portal, so that a guide
that was written for Entra can be followed here.
"""
