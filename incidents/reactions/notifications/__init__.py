"""Sending to the outside: one channel a file, and lanes that send without holding anybody up.

Who is to be told of what is decided elsewhere, by whoever owns those rows: a Parcel goes to one
address, and comes back sent, or refused with the reason.
"""
