# SPDX-License-Identifier: Apache-2.0
#
# cmake -D IN=FILE -D OUT=FILE.c -D NAME=NAME [-D HEADER=FILE.h] -P embed.cmake:
# FILE as the array NAME and its length NAME_len, for src/cli/tables.h or HEADER.
if(NOT HEADER)
	set(HEADER cli/tables.h)
endif()
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
	hex "${hex}")
file(WRITE ${OUT} "#include \"${HEADER}\"
const unsigned char ${NAME}[] = {
${hex}
};
const size_t ${NAME}_len = sizeof(${NAME});
")
