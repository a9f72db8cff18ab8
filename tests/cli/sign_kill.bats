#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith sign, killed at random moments and run again until it is done: every
# result is whole, nothing is signed twice, nothing is left lying about.
#
# CTLSMITH_LONG: 2,000 files and 50 kills instead of 300 and 12. SIGN_KILL_SEED
# repeats a run whose seed was printed.

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	num=300 kills=12
	[ -z "${CTLSMITH_LONG:-}" ] || num=2000 kills=50
	seed=${SIGN_KILL_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
	RANDOM=$seed
	echo "seed $seed (SIGN_KILL_SEED repeats it)"
	PIN=$PIN_HSM
	export PIN
	/usr/bin/python3 - "$num" "$seed" <<-'PYTHON'
		import os, random, sys

		random.seed(int(sys.argv[2]))
		for i in range(int(sys.argv[1])):
		    folder = f"in/{i % 7}"
		    os.makedirs(folder, exist_ok=True)
		    with open(f"{folder}/f{i}.xml", "wb") as f:
		        f.write(random.randbytes(random.randrange(16384)))
	PYTHON
}

# The command line behind FILE... and -o DIR.
args() {
	echo --signer "$URI_HSM;id=%21" --module "$MODULE" --pin-env PIN
}

# How many signatures the token has made so far.
signatures() {
	calls C_Sign
}

# sign_until N US ARGUMENT...: kills it US microseconds after the token has
# begun its Nth signature; status 0: it was done before.
sign_until() {
	local status=0

	# shellcheck disable=SC2046 # words
	/usr/bin/python3 -c 'if True:
		import os, subprocess, sys, time

		num, us = int(sys.argv[1]), int(sys.argv[2])
		p = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL,
		    stdout=open("said", "w"), stderr=subprocess.STDOUT)
		trace, seen, at = open("trace", "rb"), 0, 0
		while p.poll() is None and seen < num:
		    seen += trace.read().count(b" C_Sign ")
		    time.sleep(0.0005)
		until = time.monotonic() + us / 1e6
		while p.poll() is None and time.monotonic() < until:
		    pass
		p.kill()
		status = p.wait()
		sys.exit(137 if status == -9 else status)' \
		"$1" "$2" "$CTLSMITH" sign in -o out $(args) "${@:3}" ||
		status=$?
	[ "$status" = 0 ] || [ "$status" = 137 ] || {
		echo "neither done nor killed: $status"
		cat said
		exit 1
	}
	return "$status"
}

# Files that have their name, and temporary ones that are whole: what must not
# be signed again. Each as the path of its input, within in.
finished() {
	/usr/bin/python3 - "$CERTS/signer-2048.pem" <<-'PYTHON'
		import os, sys

		for top, _, names in os.walk("out"):
		    for name in names:
		        path = os.path.join(top, name)
		        base = name
		        if name.startswith("."):
		            base = name[1:name.rindex(".ctlsmith-")]
		        source = os.path.join("in", os.path.relpath(top, "out"),
		            base[:-len(".sgn")])
		        content = open(source, "rb").read()
		        data = open(path, "rb").read()
		        header = int.from_bytes(data[8:10], "big")
		        if header and len(data) == header + len(content) and \
		            data[header:] == content:
		            print(os.path.normpath(source))
	PYTHON
}

# Every input has its result, which openssl verifies; and there is no more.
all_is_whole() {
	[ "$(find out -type f | wc -l)" = "$num" ]
	[ -z "$(find out in -name '.*' -type f)" ]
	[ -z "$(find state -name '*.journal')" ]
	openssl x509 -in "$CERTS/signer-2048.pem" -noout -pubkey >key.pem
	/usr/bin/python3 - <<-'PYTHON'
		import os, subprocess, sys

		stamps = set()
		for top, _, names in os.walk("out"):
		    for name in names:
		        data = open(os.path.join(top, name), "rb").read()
		        source = os.path.join("in", os.path.relpath(top, "out"),
		            name[:-len(".sgn")])
		        at, sig, rest = 0, None, b""
		        length = int.from_bytes(data[8:10], "big")
		        while at < length and data[at] != 13:
		            n = int.from_bytes(data[at + 1:at + 3], "big")
		            if data[at] == 12:
		                sig = data[at + 3:at + 3 + n]
		                gap = at
		            if data[at] == 15:
		                stamps.add(data[at + 3:at + 3 + n])
		            at += 3 + n
		        assert data[length:] == open(source, "rb").read(), name
		        open("sig", "wb").write(sig)
		        open("signed", "wb").write(
		            data[:gap] + data[gap + 3 + len(sig):])
		        subprocess.run(["openssl", "dgst", "-sha1", "-verify",
		            "key.pem", "-signature", "sig", "signed"],
		            check=True, stdout=subprocess.DEVNULL)
		assert len(stamps) == 1, "one run, one timestamp"
	PYTHON
}

@test "killed at random moments, and run again until it is done" {
	local i jobs step made new done=no

	step=$((2 * num / kills))
	for ((i = 0; i < kills; i++)); do
		finished | sort >before
		: >trace
		jobs=$((1 + RANDOM % 3))
		if sign_until $((RANDOM % step)) $((RANDOM % 20000)) \
			--jobs $jobs; then
			done=yes
			break
		fi
		finished | sort >after
		# what was whole before is whole now
		[ -z "$(comm -23 before after)" ]
		# and was not signed again: what the token made is there, but
		# for what each thread had not written yet
		made=$(signatures)
		new=$(comm -13 before after | wc -l)
		echo "kill $i: $made signatures, $new new files"
		[ "$made" -ge "$new" ]
		[ "$made" -le $((new + jobs)) ]
	done
	echo "$i kills; $(wc -l <before) of $num files were done"
	if [ $done = no ]; then
		finished | sort >before
		: >trace
		# shellcheck disable=SC2046 # words
		"$CTLSMITH" sign in -o out $(args) >said 2>&1 </dev/null
		[ ! -s before ] || grep -q 'going on with a run' said
		[ "$(signatures)" = $((num - $(wc -l <before))) ]
	fi
	all_is_whole
}
