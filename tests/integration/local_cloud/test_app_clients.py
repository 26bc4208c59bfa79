"""What standard clients can and cannot do with exactly what the api's process was given."""

import re

import httpx
import psycopg
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from psycopg import errors

from tests.support.object_storage import storage_client

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def variables(platform):
    return platform.variables("api")


@pytest.fixture
def login(variables):
    with psycopg.connect(variables["DATABASE_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def s3(variables):
    with storage_client(variables) as client:
        yield client


def test_the_login_verifies_the_server_and_changes_its_own_schema(variables, login):
    assert "sslmode=verify-full" in variables["DATABASE_URL"]
    assert login.info.pgconn.ssl_in_use
    login.execute("CREATE TABLE trial (word text)")
    login.execute("INSERT INTO trial VALUES ('kept')")
    assert login.execute("SELECT word FROM trial").fetchall() == [("kept",)]
    login.execute("DROP TABLE trial")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE other",
        "CREATE ROLE other LOGIN",
        "CREATE TABLE public.trial (word text)",
        "SELECT rolpassword FROM pg_authid",
        "SET ROLE azure_pg_admin",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_login_can_do_nothing_else(login, statement):
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedObject, errors.InvalidParameterValue)):
        login.execute(statement)


def test_the_key_pair_stores_reads_ranges_and_large_objects(variables, s3, tmp_path):
    bucket = variables["STORAGE_BUCKET"]
    s3.put_object(Bucket=bucket, Key="trial/small", Body=b"0123456789")
    assert s3.get_object(Bucket=bucket, Key="trial/small", Range="bytes=2-4")["Body"].read() == b"234"
    large = tmp_path / "large"
    large.write_bytes(bytes(12 * MIB))
    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3.upload_file(str(large), bucket, "trial/large", Config=parts)
    head = s3.head_object(Bucket=bucket, Key="trial/large")
    assert head["ContentLength"] == 12 * MIB
    assert re.search(r"-3\"?$", head["ETag"])  # three parts
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="trial/")["Contents"]
    assert [each["Key"] for each in listed] == ["trial/large", "trial/small"]
    for each in listed:
        s3.delete_object(Bucket=bucket, Key=each["Key"])


def test_a_presigned_address_works_until_it_is_tampered_with(variables, s3):
    bucket = variables["STORAGE_BUCKET"]
    s3.put_object(Bucket=bucket, Key="trial/shared", Body=b"shared")
    address = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "trial/shared"}, ExpiresIn=60)
    assert httpx.get(address, trust_env=False).content == b"shared"
    assert httpx.get(address.replace("trial/shared", "trial/other"), trust_env=False).status_code == 403
    assert httpx.get(address.partition("?")[0], trust_env=False).status_code == 403
    s3.delete_object(Bucket=bucket, Key="trial/shared")


def test_no_browser_may_ask_a_bucket_without_cross_origin_rules(variables):
    where = f"{variables['STORAGE_ENDPOINT']}/{variables['STORAGE_BUCKET']}/trial"
    asked = {"Origin": "https://ignition.ecent.online", "Access-Control-Request-Method": "GET"}
    answer = httpx.options(where, headers=asked, trust_env=False)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_key_pair_makes_no_bucket(s3):
    with pytest.raises(ClientError, match=r"AccessDenied"):
        s3.create_bucket(Bucket="another")


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("operation", ["list_objects_v2", "head_bucket"])
def test_the_key_pair_has_no_right_to_a_bucket_that_is_not_its_own(platform, variables, secure, operation):
    s3_addresses = platform.status()["endpoints"]["s3"]
    endpoint = s3_addresses["url"] if secure else s3_addresses["plain_url"]
    verifying = {"verify": platform.status()["ca_file"]} if secure else {}
    with storage_client({**variables, "STORAGE_ENDPOINT": endpoint}, **verifying) as client:
        with pytest.raises(ClientError) as refused:
            getattr(client, operation)(Bucket="nowhere-at-all")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        client.list_objects_v2(Bucket=variables["STORAGE_BUCKET"])


def test_a_tampered_secret_is_refused(variables):
    secret = variables["STORAGE_SECRET_ACCESS_KEY"]
    tampered = {**variables, "STORAGE_SECRET_ACCESS_KEY": secret[:-1] + ("0" if secret[-1] != "0" else "1")}
    with storage_client(tampered) as client, pytest.raises(ClientError, match=r"403|SignatureDoesNotMatch"):
        client.list_objects_v2(Bucket=variables["STORAGE_BUCKET"])
