"""Unpacks the members of a wheel that begin with one of the given prefixes, with their permissions: unpack.py WHEEL FOLDER PREFIX..."""
import os
import sys
import zipfile

wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        if member.is_dir() or not member.filename.startswith(tuple(prefixes)) or member.filename.endswith('.a'):
            continue
        path = archive.extract(member, folder)
        mode = (member.external_attr >> 16) & 0o777
        if mode:
            os.chmod(path, mode | 0o600)
