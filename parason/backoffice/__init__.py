"""The staff's pages: one file for each subject.

They show and correct; every act is an operation of a room.
"""
