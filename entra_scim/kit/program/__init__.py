"""The program in the script for Azure Cloud Shell.

It travels alone, so it knows the standard library only, and nothing of this package
but what lies in this folder.
"""
