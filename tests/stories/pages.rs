//! The pages, in a real browser: the day of a technician, by mouse, by keyboard, without
//! JavaScript and on the smallest screen; the work of a coordinator and of a workshop leader; and
//! every page, judged.

mod coordinator;
mod day;
mod judged;
mod live;
mod office;
mod workshop;
