"""Opens an archive as a program that is not ours would, and says as JSON what stands in each file."""
import csv
import io
import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    found = {}
    for name in archive.namelist():
        data = archive.read(name)
        if name.endswith(".json"):
            found[name] = json.loads(data)
        elif name.endswith(".csv"):
            found[name] = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        elif name.endswith((".txt", ".vcf")):
            found[name] = data.decode()
        else:
            found[name] = len(data)
    json.dump(found, sys.stdout)
