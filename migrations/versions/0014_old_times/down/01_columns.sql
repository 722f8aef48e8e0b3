-- Keep the columns: revision 2 makes them too, and the way back to schema v1 needs them.

SET LOCAL lock_timeout = '10s';
