/* What stands in the Xapian database.
 *
 * version 1 (2026-11): first.
 *   documents   one per finding, one per bulletin (no text terms)
 *   data        record.h
 *   terms       analyse.h families C B W (findings);
 *               "QF" + finding id, "QB" + bulletin id (unique),
 *               "XB" + bulletin id (each finding of it)
 *   values      slot 0 type ("f" finding, "b" bulletin); slots of field.h:
 *               several values of one field are joined by '\n'; measures are
 *               decimal integers, absent when 0
 *   metadata    "schema" = decimal version
 * version 2 (2026-11): the record of a finding is in forward.dat alone.
 *   data        findings: the head of the record (ZG_RECORD_HEAD bytes);
 *               bulletins: the record
 *   metadata    "forward" = the id that the forward files carry; it is that of
 *               the database when it was made, and stays when the index is
 *               compacted; "generation" = decimal, what is added to Xapian's
 *               revision, which starts anew then
 * version 3 (2026-11): the index is a list of segments (segment.h), each a
 *   Xapian database without a termlist; what the metadata had is in the
 *   manifest (manifest.h).  An index of version 2 becomes its first segment
 *   (upgrade.c); one of version 1, or one in which a finding of version 1 still
 *   has its record, is refused: export it with the program that wrote it.
 * A daemon refuses a database of a later version and names both.
 */
#ifndef ZG_SCHEMA_H
#define ZG_SCHEMA_H
#define ZG_SCHEMA_VERSION 3
#define ZG_SLOT_TYPE 0
#define ZG_ID_MAX 200 /* bytes of a bulletin or finding id */
#endif
